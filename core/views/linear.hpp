// Position interpolation (Chen et al., 2023, arXiv 2306.15595): a longer window at trained positions.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct linear : view_defaults {
  double factor_given = 0;

  static constexpr view_changes changes = view_changes::positions;
  static constexpr card about{"position interpolation", "token i stands at i / s", "arXiv 2306.15595, equation 3"};
  static constexpr auto fields() {
    return std::tuple(field{"factor", &linear::factor_given, "s; 0: evaluated over trained length", 0.0, 1e6});
  }
  constexpr double query(const reading_extents& x, int, int i) const { return i / given_or(factor_given, x.stretch()); }
  constexpr double key(const reading_extents& x, int, int j) const { return j / given_or(factor_given, x.stretch()); }
};
static_assert(tells(linear{}, {16, 4}, every_pair, [](int i, int j) { return (i - j) / 4.0; }));
static_assert(tells(linear{}, {4, 4}, every_pair, as_read));

}  // namespace lengthwise::views
