// LongRoPE (Ding et al., 2024, arXiv 2402.13753): a factor for every plane, found by search and given here; the first
// tokens stay as they were.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct longrope : view_defaults {
  enum class policy { su, yarn };
  double factor_given = 0;
  short_list<double, 128> factors;
  int unscaled_positions = 0;
  policy sharpening = policy::su;

  static constexpr view_changes changes = view_changes::frequencies;
  static constexpr card about{"LongRoPE",
                              "theta_t / lambda_t for positions from n0 on; cosine and sine there times "
                              "sqrt(1 + ln s / ln L)",
                              "arXiv 2402.13753, equation 3, and its code",
                              "temperature policy `yarn`: 0.1 ln s + 1. The first n0 positions keep their angle and "
                              "have no temperature"};
  static constexpr auto fields() {
    return std::tuple(field{"factor", &longrope::factor_given, "s; 0: evaluated over trained length", 0.0, 1e6},
                      field{"factors", &longrope::factors, "lambda of each plane", 1e-3, 1e6},
                      field{"unscaled_positions", &longrope::unscaled_positions, "n0", 0.0, 16777216.0},
                      field{"temperature", &longrope::sharpening, "how s sharpens logits"});
  }
  constexpr config_problem problem(const reading_extents&) const {
    if (!factors.empty()) return {};
    return {"view.longrope.factors must give a factor for each plane of a head", "view.longrope.factors"};
  }
  constexpr double temperature(const reading_extents& x, position i) const {
    const double s = given_or(factor_given, x.stretch());
    if (s <= 1 || i.value < unscaled_positions) return 1;
    if (sharpening == policy::yarn) return 0.1 * math::log(s) + 1;
    return math::sqrt(1 + math::log(s) / math::log(static_cast<double>(x.trained)));
  }
  constexpr double frequency(const reading_extents& x, std::span<const double> trained, plane t, position i) const {
    const double theta = trained[static_cast<std::size_t>(t.index)];
    if (i.value < unscaled_positions || (factor_given == 0 && x.time <= x.trained) || factors.empty()) return theta;
    return theta / factors[std::min(static_cast<std::size_t>(t.index), factors.size() - 1)];
  }
};
constexpr auto names_of(longrope::policy) { return std::array<std::string_view, 2>{"su", "yarn"}; }

}  // namespace lengthwise::views
