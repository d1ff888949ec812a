// Selective RoPE: rotations whose angles the tokens choose and that add up, so that a product sees the sum of what
// stands between (Movahedi et al., 2025, arXiv 2511.17388). Of the paper's options neither the gate of the phase nor
// the added decay is built.
#pragma once
#include "core/hooks/encoding_defaults.hpp"

namespace lengthwise::encodings {

struct selective_rope : encoding_defaults {
  double base = 500000;
  lengthwise::layout layout = lengthwise::layout::half_split;

  static constexpr int rank = 16, taps = 4;
  static constexpr hook hooks = hook::turns;
  static constexpr card about{
      "selective RoPE",
      "pair t of q_i, k_i turns by theta_t times the sum over l <= i of phi_l,t, theta_t = base^(-2t/d), phi = causal "
      "convolution (4 tokens) of W2 W1 x/|x|, rank 16",
      "arXiv 2511.17388", "phi = 1 would be rope; positions take no part, so a view that moves them changes nothing"};
  static constexpr property claims = property::shift_invariant;
  static constexpr auto fields() {
    return std::tuple(field{"base", &selective_rope::base, "the slowest plane turns at about 1/base", 1.0, 1e12},
                      field{"layout", &selective_rope::layout, "which channels pair up"});
  }
  constexpr config_problem problem(const model_extents& x) const {
    if (x.head_width() % 2 == 0) return {};
    return {"selective_rope needs an even head width (model.width / model.heads)", "model.width", "model.heads"};
  }
  constexpr signal_shape signals(const model_extents& x) const {
    return {.made = x.heads * (x.head_width() / 2), .rank = rank, .taps = taps, .unit_input = true};
  }
  constexpr auto learned_parameters(const model_extents& x) const {
    const int angles = x.heads * (x.head_width() / 2);
    const double share = 1 / math::sqrt(static_cast<double>(taps));
    return std::array{weight_matrix(shared_by_heads("down", {}, x.width, rank), x.width),
                      weight_matrix(shared_by_heads("up", {}, rank, angles), rank),
                      shared_by_heads("taps", uniform(-share, share), taps, angles)};
  }

  constexpr rotation_shape turned_planes(int head_width) const { return {head_width / 2, head_width / 2 * 2, layout}; }
  constexpr double frequency(plane t) const { return math::exp(-math::log(base) * t.index / t.count); }
};

}  // namespace lengthwise::encodings
