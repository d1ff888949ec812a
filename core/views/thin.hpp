// Thin: distances that training has not shown, at the number of keys that it has.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct thin : view_defaults {
  static constexpr bool extends = false;
  static constexpr card about{"thin",
                              "the nearest L/2 keys, and of those beyond every k-th token, k = ceil((T - L/2) / (L/2))",
                              "an intervention of this project",
                              "is it distances never seen? The thinned keys are those whose index k divides, so all "
                              "queries read the same ones"};
  constexpr int near(const reading_extents& x) const { return std::max(1, x.trained / 2); }
  constexpr int zones(const reading_extents& x) const { return x.time > x.trained ? 2 : 1; }
  constexpr int key_step(const reading_extents& x, int zone) const {
    return zone == 0 ? 1 : (x.time - near(x) + near(x) - 1) / near(x);
  }
  constexpr key_range keys(const reading_extents& x, int zone, int i) const {
    const int far = x.time > x.trained ? std::max(0, i - near(x) + 1) : 0;
    return zone == 0 ? key_range{far, i + 1} : key_range{0, (far + key_step(x, 1) - 1) / key_step(x, 1)};
  }
};
static_assert(tells(
    thin{}, {16, 4}, [](int i, int j) { return i - j < 2 || j % 7 == 0; }, as_read));
static_assert(reading_of{thin{}, {512, 128}}.seen(511) == 128);
static_assert(tells(thin{}, {4, 4}, every_pair, as_read));

}  // namespace lengthwise::views
