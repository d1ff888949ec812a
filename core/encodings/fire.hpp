// FIRE: functional interpolation, a small network of the distance relative to the query's position (Li et al., 2024,
// arXiv 2310.04418, section 3). The bias depends on both positions, so its table is square.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

enum class counting { zero_based, one_based };
constexpr auto names_of(counting) { return std::array<std::string_view, 2>{"zero_based", "one_based"}; }

struct fire : encoding_defaults {
  static constexpr int hidden_units = 32;
  int hidden = hidden_units;
  int initial_length = 512;
  encodings::counting counting = encodings::counting::zero_based;
  template <class S>
  struct parameters {
    S w1[hidden_units], b1[hidden_units], w2[hidden_units], b2, c, threshold;
  };

  static constexpr hook hooks = hook::bias_at;
  static constexpr card about{"FIRE",
                              "e += f(psi(n) / (psi(max(tau, i)) + 1e-6)), psi(x) = ln(|c x| + 1), "
                              "tau = |threshold initial_length|, f: 1 -> hidden -> H with ReLU",
                              "arXiv 2310.04418, section 3",
                              "counting `one_based` counts positions from 1; where |c tau| falls below 1e-6, the 1e-6 "
                              "rules and the slope of x in c is about 1e6 n"};
  static constexpr property claims = property::bounded;
  static constexpr auto reductions() {
    return std::array{reduction{"none", equality::bit_for_bit, {}, {{"w2", "0", zero}, {"b2", "0", zero}}},
                      reduction{"none", equality::up_to_rounding, {}, {{"w2", "0", zero}}}};
  }
  static constexpr auto fields() {
    return std::tuple(
        field{"hidden", &fire::hidden, "hidden units of f; their number is fixed when the program is built",
              double(hidden_units), double(hidden_units)},
        field{"initial_length", &fire::initial_length, "L_0: threshold = 1 interpolates beyond this position", 1.0,
              1e9},
        field{"counting", &fire::counting, "whether the first position is 0 or 1"});
  }
  constexpr auto learned_parameters(const model_extents&) const {
    const double fan = 1 / math::sqrt(static_cast<double>(hidden_units));
    return std::array{shared_by_heads("w1", uniform(-1, 1), hidden_units),
                      shared_by_heads("b1", uniform(-1, 1), hidden_units),
                      per_head("w2", uniform(-fan, fan), hidden_units),
                      per_head("b2", uniform(-fan, fan)),
                      shared_by_heads("c", constant(0.1)),
                      shared_by_heads("threshold", constant(1))};
  }

  template <class S>
  constexpr S bias_at(const parameters<S>& p, head, position_of<S> query, position_of<S> key) const {
    using math::abs, math::log, math::max, math::relu;
    const auto psi = [&](const S& x) { return log(abs(p.c * x) + S(1)); };
    const S place = query.value + S(counting == encodings::counting::one_based ? 1 : 0);
    const S tau = abs(p.threshold * S(static_cast<double>(initial_length)));
    const S x = psi((query - key).value) / (psi(max(tau, place)) + S(1e-6));
    S sum = p.b2;
    for (int k = 0; k < hidden_units; ++k) sum += p.w2[k] * relu(p.w1[k] * x + p.b1[k]);
    return sum;
  }
};

}  // namespace lengthwise::encodings
