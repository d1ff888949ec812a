// Foreign: the far text is another's.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct foreign : view_defaults {
  static constexpr bool extends = false;
  static constexpr card about{"foreign", "tokens at L or further from every scored target come from another document",
                              "an intervention of this project",
                              "was the far text used at all? Where a part has one document, its own text from half the "
                              "part away takes the place"};
  // The first target that counts is that of token T - scored.
  constexpr int foreign_count(const reading_extents& x, int scored) const {
    return std::max(0, x.time - scored - x.trained + 1);
  }
};
static_assert(foreign{}.foreign_count({12, 4}, 2) == 7 && foreign{}.foreign_count({4, 4}, 1) == 0);

}  // namespace lengthwise::views
