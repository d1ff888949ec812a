// Cropped: no more than the model was trained on.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct cropped : view_defaults {
  static constexpr bool extends = false;
  static constexpr card about{"cropped", "the last L tokens alone, at 0 .. L - 1",
                              "the base line of every table of extensions",
                              "an extension that does not beat it has only undone harm"};
  constexpr int tokens(const reading_extents& x) const { return std::min(x.time, x.trained); }
};
static_assert(cropped{}.tokens({8, 4}) == 4 && tells(cropped{}, {8, 4}, every_pair, as_read));

}  // namespace lengthwise::views
