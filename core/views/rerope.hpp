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
  constexpr int zones(const reading_extents& x) const { return x.time > width(x) ? 2 : 1; }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const {
    const int far = std::max(0, i - width(x) + 1);
    return zone == 0 ? key_range{far, i + 1} : key_range{0, far};
  }
  constexpr double query(const reading_extents& x, int zone, int i) const { return zone == 0 ? i : width(x); }
  constexpr double key(const reading_extents&, int zone, int j) const { return zone == 0 ? j : 0; }

 private:
  // A window that nothing fills is all that there is: up to the trained length nothing changes unless w is given.
  constexpr int width(const reading_extents& x) const {
    return given_or(w, x.time > x.trained ? std::max(1, x.trained / 2) : x.time);
  }
};
static_assert(tells(rerope{{}, 3}, {12, 4}, every_pair, [](int i, int j) { return std::min(i - j, 3); }));
static_assert(tells(rerope{}, {12, 4}, every_pair, [](int i, int j) { return std::min(i - j, 2); }));
static_assert(tells(rerope{}, {4, 4}, every_pair, as_read) && tells(rerope{{}, 12}, {12, 4}, every_pair, as_read));

}  // namespace lengthwise::views
