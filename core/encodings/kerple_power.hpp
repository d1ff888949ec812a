// KERPLE, power kernel: a learned power of the distance as penalty for each head (Chi et al., 2022, arXiv 2205.09921,
// section 4).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct kerple_power : encoding_defaults {
  double minimum = 0.01;
  template <class S>
  struct parameters {
    S r1, r2;
  };

  static constexpr hook hooks = hook::bias;
  static constexpr card about{"KERPLE, power kernel",
                              "e += -r1 n^r2, r1 projected onto [minimum, inf) and r2 onto [minimum, 2]",
                              "arXiv 2205.09921, section 4"};
  static constexpr property claims =
      property::unique_code | property::relative | property::decays | property::shift_invariant;
  static constexpr auto reductions() {
    const auto slope = [](head h, int) { return math::exp2(-8.0 * (h.index + 1) / h.count); };
    return std::array{reduction{"alibi",
                                equality::up_to_rounding,
                                {{"minimum", 1e-3}},
                                {{"r1", "2^(-8h/H)", slope}, {"r2", "1", one}},
                                "heads a power of two, at most 8"}};
  }
  static constexpr auto fields() {
    return std::tuple(
        field{"minimum", &kerple_power::minimum, "r1 and r2 are projected to be at least this", 1e-12, 1.0});
  }
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{per_head("r1", uniform(0, 1)), per_head("r2", uniform(0, 2))};
  }

  template <class S>
  constexpr S bias(const parameters<S>& p, head, distance n) const {
    using math::pow, math::projected;
    if (n.value == 0) return S(0);
    return -projected(p.r1, minimum) * pow(S(n.value), projected(p.r2, minimum, 2.0));
  }
};

}  // namespace lengthwise::encodings
