// Events to frames [T, 2, H, W], channel 0 OFF and channel 1 ON, by the rule in model.hpp.
#pragma once
#include <cmath>
#include "filters.hpp"
#include "model.hpp"

struct Blocks {
  std::vector<long> of_event;     // T where it is left out
  std::vector<long long> ends;    // last microsecond of each
  long long first = 0, last = 0, each = 0;
};

inline Blocks cut_blocks(const std::vector<Event>& events) {
  const long steps = model.timesteps, n = long(events.size());
  Blocks b;
  b.first = b.last = events[0].t;
  for (const Event& e : events) { b.first = std::min(b.first, e.t); b.last = std::max(b.last, e.t); }
  const bool count = model.split_by == "count";
  b.each = count ? n / steps : model.split_by == "duration" ? model.block_us : (b.last - b.first) / steps;
  for (long i = 0; i < n; i++) {
    const long long block = b.each == 0 ? steps : (count ? i : events[std::size_t(i)].t - b.first) / b.each;
    b.of_event.push_back(long(std::min<long long>(block, model.keeps_remainder ? steps - 1 : steps)));
  }
  for (long t = 0; t < steps; t++)
    b.ends.push_back(count ? events[std::size_t(std::max<long long>((t + 1) * b.each, 1) - 1)].t : b.first + t * b.each + std::max(b.each - 1, 0LL));
  if (model.keeps_remainder) b.ends.back() = count ? events.back().t : b.last;
  return b;
}

// exp(-(end of the block - latest event of the pixel and polarity so far) / tau)
inline void time_surface(const Recording& r, const Blocks& b, std::vector<double>& data) {
  const std::size_t frame = std::size_t(2 * r.height * r.width);
  const double never = -std::numeric_limits<double>::infinity();
  std::fill(data.begin(), data.end(), never);
  for (std::size_t i = 0; i < r.events.size(); i++) {
    const Event& e = r.events[i];
    if (b.of_event[i] == model.timesteps) continue;
    double& latest = data[std::size_t(b.of_event[i]) * frame + std::size_t((e.p * r.height + e.y) * r.width + e.x)];
    latest = std::max(latest, double(e.t));
  }
  for (std::size_t at = frame; at < data.size(); at++) data[at] = std::max(data[at], data[at - frame]);
  for (std::size_t at = 0; at < data.size(); at++) data[at] = std::exp(-std::max(0.0, double(b.ends[at / frame]) - data[at]) / model.tau);
}

// Bilinear in time: an event adds to the bins before and after it, the nearer the more.
inline void voxel_grid(const Recording& r, const Blocks& b, std::vector<double>& data) {
  const long steps = model.timesteps, n = long(r.events.size());
  const std::size_t frame = std::size_t(2 * r.height * r.width);
  const bool count = model.split_by == "count";
  const long long begin = count ? 0 : b.first, end = model.keeps_remainder ? (count ? n - 1 : b.last) : begin + steps * b.each - 1;
  const double scale = end > begin ? double(steps - 1) / double(end - begin) : 0;
  for (long i = 0; i < n; i++) {
    const Event& e = r.events[std::size_t(i)];
    const long long place = count ? i : e.t;
    if (place > end) continue;
    const double time = double(place - begin) * scale;
    const long bin = std::min(steps - 1, long(time));
    const std::size_t at = std::size_t(bin) * frame + std::size_t((e.p * r.height + e.y) * r.width + e.x);
    data[at] += 1 - (time - double(bin));
    if (bin + 1 < steps) data[at + frame] += time - double(bin);
  }
}

// Antialiased bilinear resize of one axis with half-pixel centres: [to][from] weights.
inline std::vector<std::vector<double>> weights(long from, long to) {
  const double scale = double(from) / double(to), support = std::max(1.0, scale);
  std::vector<std::vector<double>> all(std::size_t(to), std::vector<double>(std::size_t(from), 0.0));
  for (long out = 0; out < to; out++) {
    const double centre = scale * (double(out) + 0.5);
    const long first = std::max(long(centre - support + 0.5), 0L), end = std::min(long(centre + support + 0.5), from);
    double total = 0;
    auto& row = all[std::size_t(out)];
    for (long i = first; i < end; i++) total += row[std::size_t(i)] = std::max(0.0, 1 - std::abs((double(i) - centre + 0.5) / support));
    for (long i = first; i < end; i++) row[std::size_t(i)] /= total;
  }
  return all;
}

// One axis of planes of lines: value (plane, line, i) lies at plane * size + line * line_step + i * step.
// 8 bits: Pillow's fixed point, whole numbers after each axis.
inline std::vector<double> resize_axis(const std::vector<double>& data, long planes, long high, long wide, bool rows, long to) {
  const long size = rows ? high : wide, lines = rows ? wide : high;
  if (size == to) return data;
  const auto by = weights(size, to);
  const long out_high = rows ? to : high, out_wide = rows ? wide : to;
  std::vector<double> out(std::size_t(planes * out_high * out_wide));
  for (long plane = 0; plane < planes; plane++) for (long line = 0; line < lines; line++) for (long o = 0; o < to; o++) {
    double sum = 0;
    long long fixed = 1 << 21;
    for (long i = 0; i < size; i++) {
      const double weight = by[std::size_t(o)][std::size_t(i)], value = data[std::size_t(plane * high * wide + (rows ? i * wide + line : line * wide + i))];
      sum += weight * value;
      fixed += (long long)(0.5 + weight * (1 << 22)) * (long long)(value);
    }
    out[std::size_t(plane * out_high * out_wide + (rows ? o * out_wide + line : line * out_wide + o))] = model.resizes_8_bit ? double(std::clamp(fixed >> 22, 0LL, 255LL)) : sum;
  }
  return out;
}

inline std::vector<float> make_frames(const Recording& r) {
  const long steps = model.timesteps, planes = 2 * steps;
  const std::size_t frame = std::size_t(2 * r.height * r.width);
  const Blocks b = cut_blocks(r.events);
  std::vector<double> data(std::size_t(steps) * frame, 0.0);
  if (model.representation == "time-surface") time_surface(r, b, data);
  else if (model.representation == "voxel-grid") voxel_grid(r, b, data);
  else for (std::size_t i = 0; i < r.events.size(); i++) {
    const Event& e = r.events[i];
    if (b.of_event[i] == steps) continue;
    double& value = data[std::size_t(b.of_event[i]) * frame + std::size_t((e.p * r.height + e.y) * r.width + e.x)];
    value = model.representation == "binary" ? 1 : value + 1;
  }
  // Frames are kept in single precision before they are divided and resized.
  for (double& value : data) value = float(value);
  for (std::size_t start = 0; model.divides_by_maximum && start < data.size(); start += frame) {
    const auto begin = data.begin() + long(start), end = begin + long(frame);
    const double largest = *std::max_element(begin, end);
    if (largest > 0) for (auto at = begin; at != end; ++at) *at = float(*at / largest);
  }
  const long high = model.resizes ? model.shape[2] : r.height, wide = model.resizes ? model.shape[3] : r.width;
  if (high != model.shape[2] || wide != model.shape[3]) throw std::runtime_error("The recording's sensor is not the model's.");
  if (high != r.height || wide != r.width) {
    if (model.resizes_8_bit) for (double& value : data) value = std::clamp(std::trunc(value * 255), 0.0, 255.0);
    data = resize_axis(resize_axis(data, planes, r.height, r.width, false, wide), planes, r.height, wide, true, high);
    if (model.resizes_8_bit) for (double& value : data) value /= 255;
  }
  return std::vector<float>(data.begin(), data.end());
}
