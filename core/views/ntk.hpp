// "NTK-aware" scaling (bloc97, 2023; Peng et al., arXiv 2309.00071, section 3.1): a larger base, so that the slowest
// plane turns s times less and the fastest as it was.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct ntk : view_defaults {
  double factor_given = 0;

  static constexpr view_changes changes = view_changes::frequencies;
  static constexpr card about{"NTK-aware scaling", "base' = base s^(d / (d - 2))", "arXiv 2309.00071, definition 1"};
  static constexpr auto fields() {
    return std::tuple(field{"factor", &ntk::factor_given, "s; 0: evaluated over trained length", 0.0, 1e6});
  }
  constexpr double frequency(const reading_extents& x, std::span<const double> trained, plane t, position) const {
    return of_larger_base(trained, t.index, given_or(factor_given, x.stretch()));
  }
  // theta_t of d = 2 planes channels: (base s^(d / (d - 2)))^(-2t / d) = theta_t s^(-t / (planes - 1)).
  static constexpr double of_larger_base(std::span<const double> trained, int t, double s) {
    const double theta = trained[static_cast<std::size_t>(t)];
    const auto planes = static_cast<int>(trained.size());
    return s == 1 || t == 0 || planes < 2 ? theta : theta * math::exp(-math::log(s) * t / (planes - 1));
  }
};
static_assert([] {
  constexpr std::array theta{1.0, 0.1, 0.01};
  const auto at = [&](int t) { return ntk::of_larger_base(theta, t, 4); };
  return at(0) == 1 && math::abs(at(1) - 0.05) < 1e-12 && math::abs(at(2) - 0.0025) < 1e-12;
}());

}  // namespace lengthwise::views
