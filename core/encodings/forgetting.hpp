// Forgetting attention (FoX): a learned, data-dependent decay, the sum of log forget gates between key and query
// (Lin et al., 2025, arXiv 2503.02130, section 3). The gate's logit is computed from the layer's input.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct forgetting : encoding_defaults {
  static constexpr hook hooks = hook::gate;
  struct gate {};
  static constexpr card about{"forgetting attention (FoX)",
                              "e += sum over l = j+1..i of ln sigmoid(g_l), g_l = weight_h.x_l + bias_h",
                              "arXiv 2503.02130, section 3"};
  constexpr auto learned_parameters(const model_extents& x) const {
    return std::array{per_head("weight", normal(0, 0.02), x.width), per_head("bias", constant(0))};
  }
};

}  // namespace lengthwise::encodings
