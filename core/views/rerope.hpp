// ReRoPE (Su, 2023, kexue.fm 9708): beyond w every key stands at distance w.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct rerope : view_defaults {
  int w = 0;

  static constexpr view_changes changes = view_changes::distances;
  static constexpr card about{"ReRoPE", "distance min(n, w)", "kexue.fm/archives/9708",
                              "0 leaves w at half of the trained length; the author's is 512"};
  static constexpr auto fields() {
    return std::tuple(field{"window", &rerope::w, "w; 0: half of the trained length", 0.0, 16777216.0});
  }
  constexpr int zones(const reading_extents& x) const { return x.time > near_keys(w, x) ? 2 : 1; }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const {
    return near_or_far(zone, i, near_keys(w, x));
  }
  constexpr double query(const reading_extents& x, int zone, int i) const { return zone == 0 ? i : near_keys(w, x); }
  constexpr double key(const reading_extents&, int zone, int j) const { return zone == 0 ? j : 0; }
};
static_assert(tells(rerope{{}, 3}, {12, 4}, every_pair, [](int i, int j) { return std::min(i - j, 3); }));
static_assert(tells(rerope{}, {12, 4}, every_pair, [](int i, int j) { return std::min(i - j, 2); }));
static_assert(tells(rerope{}, {4, 4}, every_pair, as_read) && tells(rerope{{}, 12}, {12, 4}, every_pair, as_read));

}  // namespace lengthwise::views
