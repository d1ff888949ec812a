// Transformer-XL: relative keys projected from sinusoids of the distance, with learned content and position queries
// (Dai et al., 2019, arXiv 1901.02860, section 3.3).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct transformer_xl : encoding_defaults {
  double base = 10000;

  static constexpr hook hooks = hook::relative_feature;
  static constexpr card about{
      "Transformer-XL relative positions",
      "e = ((q_i + u_h).k_j + (q_i + v_h).(R_n W_h)) / sqrt(d), R_n the concatenated sinusoid of n",
      "arXiv 1901.02860, section 3.3", "the projection starts from N(0, 1/width) and decays, u and v do not"};
  static constexpr property claims =
      property::unique_code | property::relative | property::bounded | property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{
        reduction{"none", equality::bit_for_bit, {}, {{"u", "0", zero}, {"v", "0", zero}, {"projection", "0", zero}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"base", &transformer_xl::base, "as for sinusoidal", 1.0, 1e12});
  }
  constexpr config_problem problem(const model_extents& x) const {
    if (x.width % 2 == 0) return {};
    return {"transformer_xl needs an even model.width", "model.width"};
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    return std::array{per_head("u", normal(0, 0.02), x.head_width()), per_head("v", normal(0, 0.02), x.head_width()),
                      weight_matrix(shared_by_heads("projection", {}, x.heads * x.head_width(), x.width), x.width)};
  }

  template <class S>
  constexpr S relative_feature(channel c, distance n) const {
    const int half = c.count / 2;
    const double angle = n.value * math::exp(-math::log(base) * (c.index % half) / half);
    return S(c.index < half ? math::sin(angle) : math::cos(angle));
  }
};

}  // namespace lengthwise::encodings
