// DAPE: a small network sees the logits and biases of all heads for a pair and corrects them (Zheng et al., 2024, arXiv
// 2405.14722, section 3). It is composed with the encoding whose bias it adapts: kerple_log+dape, say.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct dape : encoding_defaults {
  int hidden = 32;

  static constexpr hook hooks = hook::mix;
  static constexpr card about{
      "data-adaptive position encoding", "e' = e + B + f([e; B]) of all heads' logits and biases, f: 2H -> hidden -> H",
      "arXiv 2405.14722, section 3",
      "B is the bias of what it is composed with: alibi+dape, kerple_log+dape, fire+dape; by itself it mixes heads"};
  static constexpr property claims = property::shift_invariant;
  static constexpr auto reductions() {
    return std::array{reduction{"none", equality::up_to_rounding, {}, {{"w2", "0", zero}, {"b2", "0", zero}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"hidden", &dape::hidden, "hidden units of f", 1.0, 65536.0});
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    const double fan_in = 1 / math::sqrt(2.0 * x.heads), fan = 1 / math::sqrt(static_cast<double>(hidden));
    return std::array{shared_by_heads("w1", uniform(-fan_in, fan_in), 2 * x.heads, hidden),
                      shared_by_heads("b1", uniform(-fan_in, fan_in), hidden),
                      per_head("w2", uniform(-fan, fan), hidden), per_head("b2", uniform(-fan, fan))};
  }

  template <class S>
  constexpr S mixed_unit(const S& x) const {
    using math::value_of;
    return value_of(x) > 0 ? x : S(0.01) * x;
  }
};

}  // namespace lengthwise::encodings
