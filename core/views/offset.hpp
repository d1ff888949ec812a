// Offset: what was trained, at positions that were not.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct offset : view_defaults {
  static constexpr bool extends = false;
  static constexpr view_changes changes = view_changes::positions;
  static constexpr card about{"offset", "the last L tokens, at T - L .. T - 1", "an intervention of this project",
                              "is it absolute position? An encoding that only knows distances reads as `cropped`"};
  constexpr int tokens(const reading_extents& x) const { return std::min(x.time, x.trained); }
  constexpr double query(const reading_extents& x, int, int i) const { return i + x.time - tokens(x); }
  constexpr double key(const reading_extents& x, int, int j) const { return j + x.time - tokens(x); }
};
static_assert(offset{}.query({12, 4}, 0, 3) == 11 && tells(offset{}, {12, 4}, every_pair, as_read));

}  // namespace lengthwise::views
