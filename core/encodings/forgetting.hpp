// Forgetting attention (FoX): a learned, data-dependent decay, the sum of log forget gates between key and query
// (Lin et al., 2025, arXiv 2503.02130, section 3). The gate's logit is computed from the layer's input.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct forgetting : encoding_defaults {
  bool scaled = false;

  static constexpr hook hooks = hook::gate;
  struct gate {};
  static constexpr card about{
      "forgetting attention (FoX)", "e += sum over l = j+1..i of ln sigmoid(g_l), g_l = weight_h.x_l + bias_h",
      "arXiv 2503.02130, section 3",
      "the weight starts from N(0, 1/width) and decays, the bias does not; `scaled` (PaTH's code) divides the sum by "
      "sqrt(d)"};
  static constexpr property claims = property::decays | property::shift_invariant;
  static constexpr auto reductions() {
    const auto slope = [](head h, int) {
      return -math::log(math::exp(math::exp2(-8.0 * (h.index + 1) / h.count)) - 1);
    };
    const auto wide_open = [](head, int) { return 50.0; };  // ln sigmoid(50) rounds to 0
    return std::array{reduction{"alibi",
                                equality::up_to_rounding,
                                {},
                                {{"weight", "0", zero}, {"bias", "-ln(e^m - 1), m = 2^(-8h/H)", slope}},
                                "heads a power of two"},
                      reduction{"none", equality::bit_for_bit, {}, {{"weight", "0", zero}, {"bias", "50", wide_open}}}};
  }
  static constexpr auto fields() {
    return std::tuple(field{"scaled", &forgetting::scaled, "whether the sum is divided by sqrt(d)"}.later());
  }
  constexpr double gate_scale(int head_width) const {
    return scaled ? 1 / math::sqrt(static_cast<double>(head_width)) : 1;
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    return std::array{weight_matrix(per_head("weight", {}, x.width), x.width), per_head("bias", constant(0))};
  }
};

}  // namespace lengthwise::encodings
