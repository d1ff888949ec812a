// What a model costs, counted and not measured.
#pragma once
#include <algorithm>

#include "core/model/model_config.hpp"

namespace lengthwise {

// Useful floating-point operations to train one token: 6 a weight (2 forward, 4 backward) and 6 C for each key that a
// query meets on average, twice. Reading it without a backward pass takes a third.
inline double flops_per_token(const model_config& m, int length) {
  const double c = m.width, layers = m.layers;
  const double feed_forward = (m.activation == activation_kind::swiglu ? 3.0 : 2.0) * c * m.feed_forward;
  double keys = 0;  // linear attention meets a state of head_width rows in their place
  for (int i = 0; i < m.layers; ++i) {
    const attention_config own = m.attention.of_layer(i);
    double most = length;
    for (const int limit : {own.window_of(0), attention_config::of(own.chunks, 0, 0)})
      if (limit > 0) most = std::min(most, 2.0 * limit);
    keys += own.kind == mixer_kind::linear ? 2.0 * m.width / m.heads : most;
  }
  return 6 * (layers * (4 * c * c + feed_forward) + 256 * c) + 6 * c * keys;
}

}  // namespace lengthwise
