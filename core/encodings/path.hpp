// PaTH: each token reflects what older keys look like to newer queries (Yang et al., 2025, arXiv 2505.16381).
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct path : encoding_defaults {
  static constexpr int rank = 32, taps = 3;
  static constexpr hook hooks = hook::reflections;
  struct reflections {};
  static constexpr card about{"PaTH",
                              "e = q_i (I - b_i w_i w_i^T) ... (I - b_{j+1} w_{j+1} w_{j+1}^T) k_j / sqrt(d), w = silu "
                              "of a causal convolution (3 "
                              "tokens) of a rank-32 W x at unit length, b = 2 sigmoid(u.x + c)",
                              "arXiv 2505.16381, section 2", "with a forget gate: path+forgetting"};
  static constexpr property claims = property::shift_invariant;
  static constexpr auto reductions() {
    const auto none_at_all = [](head, int) { return -50.0; };  // 2 sigmoid(-50) is below what changes a float
    return std::array{reduction{
        "none", equality::up_to_rounding, {}, {{"strength_weight", "0", zero}, {"strength_bias", "-50", none_at_all}}}};
  }
  constexpr signal_shape signals(const model_extents& x) const {
    return {.made = x.heads * x.head_width(), .rank = rank, .taps = taps, .silu = true, .affine = x.heads};
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    const int channels = x.heads * x.head_width();
    const double share = 1 / math::sqrt(static_cast<double>(taps));
    return std::array{weight_matrix(shared_by_heads("down", {}, x.width, rank), x.width),
                      weight_matrix(shared_by_heads("up", {}, rank, channels), rank),
                      shared_by_heads("taps", uniform(-share, share), taps, channels),
                      weight_matrix(per_head("strength_weight", {}, x.width), x.width),
                      per_head("strength_bias", constant(0))};
  }
};

}  // namespace lengthwise::encodings
