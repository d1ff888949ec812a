// Tempered: logits times one number.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct tempered : view_defaults {
  double times = 0;

  static constexpr bool extends = false;
  static constexpr card about{"tempered", "every logit times `factor`", "an intervention of this project",
                              "is it dilution? The number is the one that is best on the validation text at the "
                              "same length, unless it is given"};
  static constexpr auto fields() {
    return std::tuple(field{"factor", &tempered::times, "the number; 0: the best on validation text", 0.0, 1e3});
  }
  // Tried on validation text where none is given.
  static constexpr std::array candidates{0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0, 2.5};
  static constexpr std::string_view chosen = "factor";
  constexpr double factor(const reading_extents&, int) const { return given_or(times, 1.0); }
};
static_assert(tempered{}.factor({8, 4}, 7) == 1 && tempered{{}, 1.2}.factor({8, 4}, 0) == 1.2);

}  // namespace lengthwise::views
