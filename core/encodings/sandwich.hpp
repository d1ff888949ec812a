// Sandwich: the inner product of sinusoids of two positions as a fixed bias (Chi et al., 2023, arXiv 2212.10356,
// section 5).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct sandwich : encoding_defaults {
  int width = 128;

  static constexpr hook hooks = hook::bias;
  static constexpr card about{"Sandwich", "e += (sum over t = 1..width/2 of cos(n / 10000^(2t/width))) / (8h/H)",
                              "arXiv 2212.10356, section 5"};
  static constexpr property claims =
      property::unique_code | property::relative | property::bounded | property::decays | property::shift_invariant;
  static constexpr auto fields() {
    return std::tuple(field{"width", &sandwich::width, "width of the sinusoids (even)", 2.0, 65536.0});
  }
  constexpr config_problem problem(const model_extents&) const {
    if (width % 2 == 0) return {};
    return {"encoding.width must be even", "encoding.width"};
  }

  template <class S>
  constexpr S bias(const parameters<S>&, head h, distance n) const {
    double sum = 0;
    for (int t = 1; t <= width / 2; ++t) sum += math::cos(n.value * math::exp(-math::log(10000.0) * 2 * t / width));
    return S(sum * h.count / (8.0 * (h.index + 1)));
  }
};

}  // namespace lengthwise::encodings
