// KERPLE, logarithmic kernel: a learned logarithmic penalty for each head (Chi et al., 2022, arXiv 2205.09921, section
// 4).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct kerple_log : encoding_defaults {
  double minimum = 0.01;
  template <class S>
  struct parameters {
    S r1, r2;
  };

  static constexpr hook hooks = hook::bias;
  static constexpr card about{"KERPLE, logarithmic kernel",
                              "e += -r1 ln(1 + r2 n), r1 and r2 projected onto [minimum, inf)",
                              "arXiv 2205.09921, section 4"};
  static constexpr property claims =
      property::unique_code | property::relative | property::decays | property::shift_invariant;
  static constexpr auto fields() {
    return std::tuple(
        field{"minimum", &kerple_log::minimum, "r1 and r2 are projected onto [minimum, inf)", 1e-12, 1e3});
  }
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{per_head("r1", uniform(0, 2)), per_head("r2", uniform(0, 1))};
  }

  template <class S>
  constexpr S bias(const parameters<S>& p, head, distance n) const {
    using math::log, math::projected;
    return -projected(p.r1, minimum) * log(S(1) + projected(p.r2, minimum) * S(n.value));
  }
};

}  // namespace lengthwise::encodings
