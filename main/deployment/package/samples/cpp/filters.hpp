// The filters that events go through before they become frames, as model.hpp lists them.
#pragma once
#include <cmath>
#include <limits>
#include "recording.hpp"
#include "settings.hpp"

// A setting; NaN where it is missing.
inline double number(const Filter& f, const char* name) {
  const auto found = f.numbers.find(name);
  return found == f.numbers.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

template <typename Keep> void keep_where(Recording& r, Keep keep) {
  std::vector<Event> kept;
  for (const Event& e : r.events) if (keep(e)) kept.push_back(e);
  r.events = std::move(kept);
}

// Drops an event less than `least` microseconds from the last one kept at its place.
template <typename Place> void keep_apart(Recording& r, std::size_t places, double least, Place place) {
  std::vector<double> last(places, -std::numeric_limits<double>::infinity());
  keep_where(r, [&](const Event& e) {
    double& before = last[std::size_t(place(e))];
    if (std::abs(double(e.t) - before) < least) return false;
    before = double(e.t);
    return true;
  });
}

inline void background_activity(Recording& r, double dt) {
  const long row = r.width + 2;
  std::vector<double> last(std::size_t(row * (r.height + 2)), -std::numeric_limits<double>::infinity());
  keep_where(r, [&](const Event& e) {
    const long at = (e.y + 1) * row + e.x + 1;
    last[std::size_t(at)] = double(e.t);
    for (const long beside : {-row - 1, -row, -row + 1, -1L, 1L, row - 1, row, row + 1})
      if (std::abs(double(e.t) - last[std::size_t(at + beside)]) <= dt) return true;
    return false;
  });
}

inline void hot_pixels(Recording& r, const Filter& f) {
  std::vector<double> counts(std::size_t(r.height * r.width), 0);
  std::vector<char> hot(counts.size(), 0);
  if (std::isnan(number(f, "sigma"))) {
    for (const auto& [x, y] : f.pixels) if (x < r.width && y < r.height) hot[std::size_t(y * r.width + x)] = 1;
  } else {
    for (const Event& e : r.events) counts[std::size_t(e.y * r.width + e.x)]++;
    double fired = 0, sum = 0, squares = 0;
    for (const double n : counts) if (n > 0) { fired++; sum += n; }
    for (const double n : counts) if (n > 0) squares += (n - sum / fired) * (n - sum / fired);
    for (std::size_t i = 0; i < counts.size(); i++) hot[i] = counts[i] > sum / fired + number(f, "sigma") * std::sqrt(squares / fired);
  }
  keep_where(r, [&](const Event& e) { return !hot[std::size_t(e.y * r.width + e.x)]; });
}

inline void crop(Recording& r, const Filter& f) {
  const long left = long(number(f, "x")), top = long(number(f, "y")), right = std::min(left + long(number(f, "width")), r.width), bottom = std::min(top + long(number(f, "height")), r.height);
  if (left >= right || top >= bottom) throw std::runtime_error("The model's crop lies outside the recording's sensor.");
  keep_where(r, [&](const Event& e) { return e.x >= left && e.x < right && e.y >= top && e.y < bottom; });
  if (number(f, "moveOrigin") == 0) return;
  for (Event& e : r.events) { e.x -= left; e.y -= top; }
  r.height = bottom - top;
  r.width = right - left;
}

inline void downsample(Recording& r, long factor, double merge) {
  for (Event& e : r.events) { e.x /= factor; e.y /= factor; }
  r.height = (r.height + factor - 1) / factor;
  r.width = (r.width + factor - 1) / factor;
  if (merge > 0) keep_apart(r, std::size_t(2 * r.height * r.width), merge, [&](const Event& e) { return (e.p * r.height + e.y) * r.width + e.x; });
}

inline void transpose(Recording& r) {
  for (Event& e : r.events) std::swap(e.x, e.y);
  std::swap(r.height, r.width);
}

inline void flip(Recording& r, bool horizontal) {
  for (Event& e : r.events) (horizontal ? e.x : e.y) = (horizontal ? r.width - 1 - e.x : r.height - 1 - e.y);
}

inline void apply_filters(Recording& r, const std::vector<Filter>& chain) {
  long long first = std::numeric_limits<long long>::max();
  for (const Event& e : r.events) first = std::min(first, e.t);
  for (const Filter& f : chain) {
    if (f.type == "background-activity") background_activity(r, number(f, "dt"));
    else if (f.type == "refractory") keep_apart(r, std::size_t(r.height * r.width), number(f, "period"), [&](const Event& e) { return e.y * r.width + e.x; });
    else if (f.type == "hot-pixels") hot_pixels(r, f);
    else if (f.type == "polarity" && (f.choice == "on" || f.choice == "off")) keep_where(r, [&](const Event& e) { return e.p == (f.choice == "on"); });
    else if (f.type == "polarity") { for (Event& e : r.events) e.p = f.choice == "merge" ? 1 : 1 - e.p; }
    else if (f.type == "crop") crop(r, f);
    else if (f.type == "time-window") keep_where(r, [&](const Event& e) { return double(e.t - first) >= number(f, "from") && !(double(e.t - first) >= number(f, "to")); });
    else if (f.type == "downsample") downsample(r, long(number(f, "factor")), number(f, "merge"));
    else if (f.type == "flip") flip(r, f.choice == "horizontal");
    else if (f.type == "transpose") transpose(r);
    else if (f.type == "rotate") for (long turn = 0; turn < long(number(f, "degrees")); turn += 90) { transpose(r); flip(r, true); }
    else throw std::runtime_error("This sample has no filter " + f.type + ".");
  }
}
