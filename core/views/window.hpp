// Window: every layer sees no further than training did.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct window : view_defaults {
  int keys_seen = 0;

  static constexpr card about{"window", "the nearest `keys` keys, its own included", "Longformer, arXiv 2004.05150",
                              "what a mask cures; through its layers a model still reads further"};
  static constexpr auto fields() {
    return std::tuple(field{"keys", &window::keys_seen, "how many; 0: the trained length", 0.0, 16777216.0});
  }
  constexpr key_range keys(const reading_extents& x, int, int i) const {
    return {std::max(0, i + 1 - given_or(keys_seen, x.trained)), i + 1};
  }
};
static_assert(tells(
    window{}, {12, 4}, [](int i, int j) { return i - j < 4; }, as_read));
static_assert(tells(window{}, {4, 4}, every_pair, as_read));

}  // namespace lengthwise::views
