// YaRN (Peng et al., 2023, arXiv 2309.00071): planes that turn often within the trained length stay, those that do not
// turn once are interpolated, and logits are sharpened.
#pragma once
#include "core/hooks/view_defaults.hpp"

namespace lengthwise::views {

struct yarn : view_defaults {
  enum class dialect { paper, official };
  double factor_given = 0, alpha = 1, beta = 32;
  dialect ramp = dialect::paper;

  static constexpr view_changes changes = view_changes::frequencies;
  static constexpr card about{"YaRN",
                              "theta' = (1 - g) theta / s + g theta, g = clip((r - alpha) / (beta - alpha), 0, 1), "
                              "r = L theta / 2 pi; cosine and sine times 0.1 ln s + 1",
                              "arXiv 2309.00071, sections 3.2 and 3.4",
                              "dialect `paper`: the ramp is linear in r; `official`, as in the authors' code, in the "
                              "number of the plane. At short trained lengths no plane turns 32 times"};
  static constexpr auto fields() {
    return std::tuple(field{"factor", &yarn::factor_given, "s; 0: evaluated over trained length", 0.0, 1e6},
                      field{"alpha", &yarn::alpha, "turns below which a plane is interpolated", 1e-3, 1e6},
                      field{"beta", &yarn::beta, "turns above which it stays", 1e-3, 1e6},
                      field{"dialect", &yarn::ramp, "between which the ramp is linear"});
  }
  constexpr config_problem problem(const reading_extents&) const {
    if (alpha < beta) return {};
    return {"view.yarn.alpha must be less than view.yarn.beta", "view.yarn.alpha", "view.yarn.beta"};
  }
  constexpr double scale(const reading_extents& x) const { return given_or(factor_given, x.stretch()); }
  constexpr double temperature(const reading_extents& x, position) const {
    return scale(x) > 1 ? 0.1 * math::log(scale(x)) + 1 : 1;
  }
  constexpr double frequency(const reading_extents& x, std::span<const double> trained, plane t, position) const {
    const double theta = trained[static_cast<std::size_t>(t.index)], slow = theta / scale(x);
    return slow + kept(x, trained, t.index) * (theta - slow);
  }

 private:
  static constexpr double pi = 3.14159265358979323846;
  // How much of a plane's own frequency is kept: 1 all, 0 none.
  constexpr double kept(const reading_extents& x, std::span<const double> trained, int t) const {
    const double theta = trained[static_cast<std::size_t>(t)];
    if (ramp == dialect::paper)
      return std::min(1.0, std::max(0.0, (x.trained * theta / (2 * pi) - alpha) / (beta - alpha)));
    const auto planes = static_cast<int>(trained.size());
    if (planes < 2) return 1;
    // Where the base is 1 all turn alike, and the plane is beyond either end.
    const double log_base =
        std::max(0.0, -math::log(trained[static_cast<std::size_t>(planes - 1)]) * planes / (planes - 1));
    const auto plane_that_turns = [&](double times) {
      return std::clamp(planes * math::log(x.trained / (2 * pi * times)) / log_base, -1.0, 2.0 * planes);
    };
    const double low = std::max(0.0, math::floor(plane_that_turns(beta)));
    double high = std::min(2.0 * planes - 1, -math::floor(-plane_that_turns(alpha)));
    if (high == low) high += 0.001;
    return 1 - std::min(1.0, std::max(0.0, (t - low) / (high - low)));
  }
};
constexpr auto names_of(yarn::dialect) { return std::array<std::string_view, 2>{"paper", "official"}; }
static_assert(yarn{}.temperature({4, 4}, {0}) == 1 &&
              math::abs(yarn{}.temperature({16, 4}, {0}) - 1.1386294361) < 1e-9);

}  // namespace lengthwise::views
