// Gap: the trained number of keys, half of them far away.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct gap : view_defaults {
  static constexpr bool extends = false;
  static constexpr view_changes changes = view_changes::positions;
  static constexpr card about{"gap", "the last L tokens, their older half moved back by T - L",
                              "an intervention of this project",
                              "the same question as `thin`, one band of distances at a time; it also takes the middle "
                              "away"};
  constexpr int tokens(const reading_extents& x) const { return std::min(x.time, x.trained); }
  constexpr double query(const reading_extents& x, int, int i) const { return place(x, i); }
  constexpr double key(const reading_extents& x, int, int j) const { return place(x, j); }

 private:
  constexpr int place(const reading_extents& x, int i) const { return i < tokens(x) / 2 ? i : i + x.time - tokens(x); }
};
static_assert(tells(gap{}, {12, 4}, every_pair, [](int i, int j) { return i - j + (i >= 2 && j < 2 ? 8 : 0); }));

}  // namespace lengthwise::views
