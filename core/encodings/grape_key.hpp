// GRAPE, additive and gated by keys: a linear penalty whose slope each key chooses by how well it matches a learned
// direction (Zhang et al., 2025, arXiv 2512.07805).
#pragma once
#include "core/encodings/alibi.hpp"

namespace lengthwise::encodings {

struct grape_key : encoding_defaults {
  template <class S>
  struct parameters {
    S omega;
  };

  static constexpr hook hooks = hook::probe;
  static constexpr card about{"GRAPE, gated by keys",
                              "e += -n m_h softplus(omega_h) softplus(u_h.k_j/(|u_h| sqrt(d))), m_h as in alibi",
                              "arXiv 2512.07805, and the authors' code",
                              "keys are those of the product, before any rotation; the penalty never vanishes"};
  static constexpr property claims = property::shift_invariant;
  static constexpr auto reductions() {
    const auto undone = [](head, int) { return math::log(math::exp(1 / std::numbers::ln2) - 1); };
    return std::array{
        reduction{"alibi", equality::up_to_rounding, {}, {{"u", "0", zero}, {"omega", "ln(e^(1/ln 2) - 1)", undone}}}};
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    return std::array{per_head("omega", constant(math::log(std::numbers::e - 1))),
                      per_head("u", normal(0, 1 / math::sqrt(static_cast<double>(x.head_width()))), x.head_width())};
  }

  // `match` is the product of a key with the direction at unit length, divided by sqrt(d).
  template <class S>
  constexpr S probe(const parameters<S>& p, head h, distance n, const S& match) const {
    using math::softplus;
    return S(-n.value * alibi{}.slope(h)) * softplus(p.omega) * softplus(match);
  }
};

}  // namespace lengthwise::encodings
