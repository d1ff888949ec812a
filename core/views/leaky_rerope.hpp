// Leaky ReRoPE (Su, 2023, kexue.fm 9708): beyond w distances grow s times slower.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct leaky_rerope : view_defaults {
  int w = 0;
  double slowness = 0;

  static constexpr view_changes changes = view_changes::distances;
  static constexpr card about{"leaky ReRoPE", "distance n up to w, w + (n - w) / s beyond", "kexue.fm/archives/9708",
                              "0 leaves w at half of the trained length, and s so large that the furthest key stands "
                              "at the trained length less one; the author's are 512 and 16"};
  static constexpr auto fields() {
    return std::tuple(field{"window", &leaky_rerope::w, "w; 0: half of the trained length", 0.0, 16777216.0},
                      field{"factor", &leaky_rerope::slowness, "s; 0: as large as the length needs", 0.0, 1e6});
  }
  constexpr int zones(const reading_extents& x) const { return x.time > near_keys(w, x) ? 2 : 1; }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const {
    return near_or_far(zone, i, near_keys(w, x));
  }
  constexpr double query(const reading_extents& x, int zone, int i) const {
    return zone == 0 ? i : near_keys(w, x) + (i - near_keys(w, x)) / factor_of(x);
  }
  constexpr double key(const reading_extents& x, int zone, int j) const { return zone == 0 ? j : j / factor_of(x); }

 private:
  constexpr double factor_of(const reading_extents& x) const {
    if (slowness > 0 || x.time <= x.trained) return given_or(slowness, 1.0);
    const int left = x.trained - 1 - near_keys(w, x);
    return left > 0 ? std::max(1.0, static_cast<double>(x.time - 1 - near_keys(w, x)) / left) : x.time;
  }
};
static_assert(tells(leaky_rerope{{}, 3, 4}, {12, 4}, every_pair,
                    [](int i, int j) { return i - j < 3 ? i - j : 3 + (i - j - 3) / 4.0; }));
static_assert(tells(leaky_rerope{{}, 3, 1}, {12, 4}, every_pair, as_read));
static_assert(reading_of{leaky_rerope{}, {512, 128}}.distance(511, 0) == 127);

}  // namespace lengthwise::views
