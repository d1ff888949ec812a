// Blockwise causal attention (Sun et al., 2022, arXiv 2212.10554): a query sees its own block and the one before.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct block_causal : view_defaults {
  int block = 0;

  static constexpr card about{"blockwise causal attention", "floor(i/B) - floor(j/B) <= 1",
                              "arXiv 2212.10554, section 3.3", "0 leaves B at half of the trained length"};
  static constexpr auto fields() {
    return std::tuple(field{"block", &block_causal::block, "B; 0: half of the trained length", 0.0, 16777216.0});
  }
  constexpr key_range keys(const reading_extents& x, int, int i) const {
    const int b = given_or(block, std::max(1, x.trained / 2));
    return {std::max(0, i / b - 1) * b, i + 1};
  }
};
static_assert(tells(
    block_causal{}, {12, 4}, [](int i, int j) { return i / 2 - j / 2 <= 1; }, as_read));
static_assert(tells(block_causal{}, {4, 4}, every_pair, as_read));

}  // namespace lengthwise::views
