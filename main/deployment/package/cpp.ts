import type { ModelMetadata } from '../metadata.ts'

const quoted = (text: string): string => JSON.stringify(text)

/** samples/cpp/model.hpp: what model.json says, so that no JSON has to be read. */
export function cppHeader({ labels, framing, sensor, shape }: ModelMetadata): string {
  const { timesteps, splitBy, blockUs = 100_000, remainder = 'last', representation = 'counts', normalize, resize } = framing
  return `// Made by Saccade: what model.json says.
#pragma once
#include <array>
#include <string>
#include <vector>
namespace model {
const std::vector<std::string> labels{${labels.map(quoted).join(', ')}};
constexpr std::array<long, 4> shape{${shape.join(', ')}};  // T, C, H, W
constexpr long timesteps = ${timesteps}, sensor_height = ${sensor[0]}, sensor_width = ${sensor[1]};
const std::string split_by = "${splitBy}";
constexpr long block_us = ${blockUs};
constexpr bool keeps_remainder = ${remainder === 'last' && splitBy !== 'duration'}, binary = ${representation === 'binary'}, divides_by_maximum = ${normalize === 'max'}, resizes = ${resize !== null};
}
`
}

/** samples/cpp/classify.cpp: ONNX Runtime's C++ API. */
export const cppSample = String.raw`// Reads a recording (CSV t,x,y,p or N-MNIST .bin), frames it by the model's own rule and classifies it.
// c++ -std=c++17 -O2 -DWITH_ONNXRUNTIME classify.cpp -lonnxruntime -o classify && ./classify [RECORDING]
// Without WITH_ONNXRUNTIME it reads and frames only. Without a recording: the package's own, compared with what Saccade computed.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>
#include "model.hpp"
#ifdef WITH_ONNXRUNTIME
#include <onnxruntime_cxx_api.h>
#endif

struct Event { long t, x, y, p; };
struct Recording { std::vector<Event> events; long height = model::sensor_height, width = model::sensor_width; };

Recording read(const std::string& path) {
  Recording r;
  std::ifstream in(path, std::ios::binary);
  if (path.size() > 4 && path.substr(path.size() - 4) == ".bin") {
    std::vector<std::uint8_t> b((std::istreambuf_iterator<char>(in)), {});
    for (std::size_t i = 0; i + 5 <= b.size(); i += 5)
      r.events.push_back({((b[i + 2] & 127L) << 16) | (b[i + 3] << 8) | b[i + 4], b[i], b[i + 1], b[i + 2] >> 7});
    return r;
  }
  for (std::string line; std::getline(in, line);) {
    Event e;
    if (std::sscanf(line.c_str(), "%%geometry:%ld,%ld", &r.width, &r.height) == 2) continue;
    if (std::sscanf(line.c_str(), "%ld,%ld,%ld,%ld", &e.t, &e.x, &e.y, &e.p) == 4) r.events.push_back(e);
  }
  return r;
}

// Antialiased bilinear resize of one axis with half-pixel centres: [to][from] weights.
std::vector<std::vector<double>> weights(long from, long to) {
  const double scale = double(from) / to, support = std::max(1.0, scale);
  std::vector<std::vector<double>> all(to, std::vector<double>(from, 0.0));
  for (long out = 0; out < to; out++) {
    const double centre = scale * (out + 0.5);
    const long first = std::max(long(centre - support + 0.5), 0L), end = std::min(long(centre + support + 0.5), from);
    double total = 0;
    for (long i = first; i < end; i++) total += all[out][i] = std::max(0.0, 1 - std::abs((i - centre + 0.5) / support));
    for (long i = first; i < end; i++) all[out][i] /= total;
  }
  return all;
}

std::vector<float> frame(const Recording& r) {
  const long steps = model::timesteps, plane = r.height * r.width, n = long(r.events.size());
  long first = n ? r.events[0].t : 0, last = first;
  for (const Event& e : r.events) { first = std::min(first, e.t); last = std::max(last, e.t); }
  const bool count = model::split_by == "count";
  const long size = count ? n / steps : model::split_by == "duration" ? model::block_us : (last - first) / steps;
  std::vector<double> data(steps * 2 * plane, 0.0);
  for (long i = 0; i < n; i++) {
    const Event& e = r.events[i];
    long block = size == 0 ? steps : (count ? i : e.t - first) / size;
    if (block >= steps) { if (!model::keeps_remainder) continue; block = steps - 1; }
    double& value = data[(block * 2 + e.p) * plane + e.y * r.width + e.x];
    value = model::binary ? 1 : value + 1;
  }
  if (model::divides_by_maximum)
    for (long t = 0; t < steps; t++) {
      const auto begin = data.begin() + t * 2 * plane, end = begin + 2 * plane;
      const double largest = *std::max_element(begin, end);
      if (largest > 0) for (auto at = begin; at != end; ++at) *at /= largest;
    }
  if (!model::resizes) return std::vector<float>(data.begin(), data.end());
  const long high = model::shape[2], wide = model::shape[3];
  const auto rows = weights(r.height, high), columns = weights(r.width, wide);
  std::vector<float> out(steps * 2 * high * wide);
  for (long k = 0; k < steps * 2; k++) {
    std::vector<double> across(r.height * wide, 0.0);
    for (long y = 0; y < r.height; y++) for (long j = 0; j < wide; j++) for (long x = 0; x < r.width; x++)
      across[y * wide + j] += columns[j][x] * data[k * plane + y * r.width + x];
    for (long i = 0; i < high; i++) for (long j = 0; j < wide; j++) {
      double sum = 0;
      for (long y = 0; y < r.height; y++) sum += rows[i][y] * across[y * wide + j];
      out[(k * high + i) * wide + j] = float(sum);
    }
  }
  return out;
}

// float32 values of a .npy file of Saccade's, whose header is 128 bytes.
std::vector<float> npy(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
  std::vector<float> values(bytes.size() < 128 ? 0 : (bytes.size() - 128) / 4);
  if (!values.empty()) std::copy_n(bytes.data() + 128, values.size() * 4, reinterpret_cast<char*>(values.data()));
  return values;
}

double difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); i++) largest = std::max(largest, double(std::abs(a[i] - b[i])));
  return largest;
}

int main(int argc, char** argv) {
  const std::string package = "../../";
  std::vector<float> frames = frame(read(argc > 1 ? argv[1] : package + "golden/recording.csv"));
  if (argc < 2) {
    const double off = difference(frames, npy(package + "golden/recording-frames.npy"));
    std::printf("frames differ from Saccade's by at most %.1e\n", off);
    if (!(off <= 1e-4)) return 1;
  }
#ifdef WITH_ONNXRUNTIME
  Ort::Env env;
  Ort::Session session(env, (package + "window.onnx").c_str(), Ort::SessionOptions{});
  const std::array<int64_t, 5> shape{1, model::shape[0], model::shape[1], model::shape[2], model::shape[3]};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  const Ort::Value input = Ort::Value::CreateTensor<float>(memory, frames.data(), frames.size(), shape.data(), shape.size());
  const char* inputs[] = {"frames"};
  const char* outputs[] = {"logits"};
  const auto answer = session.Run(Ort::RunOptions{}, inputs, &input, 1, outputs, 1);
  const float* logits = answer[0].GetTensorData<float>();
  std::printf("class: %s\n", model::labels[std::max_element(logits, logits + model::labels.size()) - logits].c_str());
#else
  std::printf("built without onnxruntime: read and framed only\n");
#endif
}
`
