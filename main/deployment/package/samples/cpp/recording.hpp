// Reads recordings: AEDAT 2.0 (.aedat), N-MNIST (.bin), NumPy (.npz, not compressed) and CSV. Others: saccade convert RECORDING OUT.npz
#pragma once
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

// t in microseconds, x and y in pixels from the upper left, p 1 where ON.
struct Event { long long t; long x, y, p; };
struct Recording { std::vector<Event> events; long height = 0, width = 0; };
using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path + ": can't be opened");
  return Bytes((std::istreambuf_iterator<char>(in)), {});
}

template <typename T> T little(const Bytes& b, std::size_t at) {
  if (at + sizeof(T) > b.size()) throw std::runtime_error("the file ends too early");
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); i++) value |= T(b[at + i]) << (8 * i);
  return value;
}

inline std::uint32_t big(const Bytes& b, std::size_t at) {
  return std::uint32_t(b[at]) << 24 | std::uint32_t(b[at + 1]) << 16 | std::uint32_t(b[at + 2]) << 8 | b[at + 3];
}

// Where the file does not say it: the largest coordinates.
inline void fit_sensor(Recording& r) {
  for (const Event& e : r.events) { r.width = std::max(r.width, e.x + 1); r.height = std::max(r.height, e.y + 1); }
}

// Lines "t,x,y,p"; "%geometry:WIDTH,HEIGHT" before them.
inline Recording read_csv(const std::string& path) {
  Recording r;
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path + ": can't be opened");
  bool told = false;
  for (std::string line; std::getline(in, line);) {
    Event e;
    if (std::sscanf(line.c_str(), "%%geometry:%ld,%ld", &r.width, &r.height) == 2) told = true;
    else if (std::sscanf(line.c_str(), "%lld,%ld,%ld,%ld", &e.t, &e.x, &e.y, &e.p) == 4) { e.p = e.p > 0; r.events.push_back(e); }
  }
  if (!told) fit_sensor(r);
  return r;
}

// 5 bytes an event: x, y, then polarity (1 bit) and time (23 bits), big-endian. Row 240 is no event: later times are 8192 more.
inline Recording read_nmnist(const std::string& path) {
  const Bytes b = bytes_of(path);
  Recording r;
  bool tall = false;
  for (std::size_t i = 0; i + 5 <= b.size(); i += 5) tall |= b[i + 1] > 240;
  long long base = 0, last = 0;
  for (std::size_t i = 0; i + 5 <= b.size(); i += 5) {
    if (b[i + 1] == 240 && !tall) { base += 8192; continue; }
    const long long t = (b[i + 2] & 127) << 16 | b[i + 3] << 8 | b[i + 4];
    if (last - t > 1 << 22) base += 1 << 23;
    r.events.push_back({base + (last = t), b[i], b[i + 1], b[i + 2] >> 7});
  }
  fit_sensor(r);
  const long sensors[][2] = {{34, 34}, {180, 240}, {240, 256}, {256, 256}};
  for (const auto& size : sensors) if (r.height <= size[0] && r.width <= size[1]) { r.height = size[0]; r.width = size[1]; break; }
  return r;
}

// Lines of '#', then records of an address and a time in microseconds, 4 bytes each, big-endian; y counts from below.
inline Recording read_aedat2(const std::string& path) {
  const Bytes b = bytes_of(path);
  if (b.size() < 11 || std::memcmp(b.data(), "#!AER-DAT2.", 11) != 0) throw std::runtime_error(path + ": is no AEDAT 2.0; saccade convert makes an .npz of it");
  std::size_t at = 0;
  std::string camera;
  for (bool more = true; more && at < b.size() && b[at] == '#';) {
    const auto feed = std::find(b.begin() + long(at), b.end(), '\n');
    const std::string line(b.begin() + long(at), feed);
    at = std::size_t(feed - b.begin()) + (feed != b.end());
    if (line.find("AEChip:") != std::string::npos) camera = line;
    more = line.rfind("#End Of ASCII Header", 0) != 0;
  }
  for (char& letter : camera) letter = char(std::tolower(letter));
  struct Chip { const char* words[2]; long height, width; bool davis; };
  const Chip chips[] = {{{"dvs128", ""}, 128, 128, false}, {{"tmpdiff128", ""}, 128, 128, false}, {{"edvs", ""}, 128, 128, false},
    {{"davis240", ""}, 180, 240, true}, {{"sbret10", ""}, 180, 240, true}, {{"sbret20", ""}, 180, 240, true}, {{"davis346", ""}, 260, 346, true},
    {{"davis", "640"}, 480, 640, true}, {{"davis128", ""}, 128, 128, true}, {{"davis208", ""}, 192, 208, true}};
  const Chip* chip = std::find_if(std::begin(chips), std::end(chips), [&](const Chip& c) {
    return camera.find(c.words[0]) != std::string::npos && camera.find(c.words[1]) != std::string::npos; });
  if (chip == std::end(chips)) throw std::runtime_error(path + ": its camera is not known here; saccade convert makes an .npz of it");
  Recording r{{}, chip->height, chip->width};
  long long base = 0, last = 0;
  for (; at + 8 <= b.size(); at += 8) {
    const std::uint32_t a = big(b, at);
    Event e = chip->davis ? Event{0, chip->width - 1 - long(a >> 12 & 1023), chip->height - 1 - long(a >> 22 & 511), long(a >> 11 & 1)}
                          : Event{0, 127 - long(a >> 1 & 127), 127 - long(a >> 8 & 127), 1 - long(a & 1)};
    if (a & (chip->davis ? 0x80000400u : 0x80008000u) || e.x < 0 || e.y < 0) continue;
    const long long t = big(b, at + 4);
    if (last - t > 1LL << 31) base += 1LL << 32;
    e.t = base + (last = t);
    r.events.push_back(e);
  }
  return r;
}

// A column of whole numbers or of fractions of seconds.
inline std::vector<long long> column(const Bytes& b, std::size_t at) {
  const std::size_t start = b.at(at + 6) == 1 ? 10 : 12, length = b[at + 6] == 1 ? little<std::uint16_t>(b, at + 8) : little<std::uint32_t>(b, at + 8);
  const std::string header(b.begin() + long(at + start), b.begin() + long(at + start + length));
  char order = 0, kind = 0;
  std::size_t size = 0, count = 0;
  const auto type = header.find("'descr': '"), shape = header.find("'shape': (");
  if (type == std::string::npos || shape == std::string::npos || std::sscanf(header.c_str() + type, "'descr': '%c%c%zu'", &order, &kind, &size) != 3 ||
      std::sscanf(header.c_str() + shape, "'shape': (%zu,", &count) != 1 || order == '>' || size > 8 || !std::strchr("iufb", kind))
    throw std::runtime_error("the archive has an array that is no plain column: " + header);
  const std::size_t data = at + start + length;
  if (data + size * count > b.size()) throw std::runtime_error("the archive ends too early, or is compressed: numpy.savez, not savez_compressed");
  std::vector<long long> values(count);
  std::vector<double> exact(count);
  for (std::size_t i = 0; i < count; i++) {
    std::uint64_t raw = 0;
    for (std::size_t k = 0; k < size; k++) raw |= std::uint64_t(b[data + i * size + k]) << (8 * k);
    float single; double real; const std::uint32_t low = std::uint32_t(raw);
    std::memcpy(&single, &low, 4); std::memcpy(&real, &raw, 8);
    exact[i] = kind == 'f' ? (size == 4 ? single : real) : 0;
    values[i] = kind == 'i' && size < 8 && raw >> (8 * size - 1) ? (long long)(raw) - (1LL << (8 * size)) : (long long)(raw);
  }
  if (kind == 'f') {
    const bool whole = std::all_of(exact.begin(), exact.end(), [](double v) { return v == double((long long)(v)); });
    for (std::size_t i = 0; i < count; i++) values[i] = std::llrint(exact[i] * (whole ? 1 : 1e6));
  }
  return values;
}

// Arrays t, x, y, p, stored: found by the archive's directory at its end.
inline Recording read_npz(const std::string& path) {
  const Bytes b = bytes_of(path);
  std::map<std::string, std::vector<long long>> columns;
  for (std::size_t at = 0; at + 46 <= b.size(); at++) {
    if (little<std::uint32_t>(b, at) != 0x02014b50) continue;
    const std::size_t name_length = little<std::uint16_t>(b, at + 28);
    std::uint64_t local = little<std::uint32_t>(b, at + 42);
    const std::string name(b.begin() + long(at + 46), b.begin() + long(std::min(at + 46 + name_length, b.size())));
    if (little<std::uint16_t>(b, at + 10) != 0) throw std::runtime_error(path + ": is compressed; saccade convert, or numpy.savez");
    // Zip64: sizes first, then the place.
    if (local == 0xffffffff) local = little<std::uint64_t>(b, at + 46 + name_length + 4 + (little<std::uint32_t>(b, at + 20) == 0xffffffff ? 8 : 0) + (little<std::uint32_t>(b, at + 24) == 0xffffffff ? 8 : 0));
    columns[name] = column(b, local + 30 + little<std::uint16_t>(b, local + 26) + little<std::uint16_t>(b, local + 28));
  }
  const auto &t = columns["t.npy"], &x = columns["x.npy"], &y = columns["y.npy"], &p = columns["p.npy"];
  if (t.empty() || x.size() != t.size() || y.size() != t.size() || p.size() != t.size()) throw std::runtime_error(path + ": needs arrays t, x, y and p of one length");
  Recording r;
  for (std::size_t i = 0; i < t.size(); i++) r.events.push_back({t[i], long(x[i]), long(y[i]), p[i] > 0});
  fit_sensor(r);
  return r;
}

inline Recording read_recording(const std::string& path) {
  const auto dot = path.rfind('.');
  const std::string kind = dot == std::string::npos ? "" : path.substr(dot);
  if (kind == ".aedat") return read_aedat2(path);
  if (kind == ".bin") return read_nmnist(path);
  if (kind == ".npz") return read_npz(path);
  if (kind == ".csv" || kind == ".txt") return read_csv(path);
  throw std::runtime_error(path + ": this sample reads .aedat (2.0), .bin, .npz and .csv. Others first become one: saccade convert " + path + " OUT.npz");
}
