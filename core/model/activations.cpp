#include "core/model/activations.hpp"

#include <algorithm>

namespace lengthwise {

activations::activations(const model_config& c, const encoding& e, int sequences, int time, pass kind)
    : extents{sequences, time, c.heads, c.width / c.heads}, layers(static_cast<std::size_t>(c.layers)) {
  memory = buffer(cut(c, e, kind, nullptr));
  cut(c, e, kind, memory.data());
}

std::size_t activations::count(const model_config& c, const encoding& e, int sequences, int time, pass kind) {
  activations shape(c, e, 1, 1, kind);
  shape.extents = {sequences, time, c.heads, c.width / c.heads};
  return shape.cut(c, e, kind, nullptr);
}

std::size_t activations::cut(const model_config& c, const encoding& e, pass kind, real* start) {
  arena_cutter cutter(start);
  const bool training = kind == pass::training, gated = c.activation == activation_kind::swiglu;
  const auto n = static_cast<std::size_t>(extents.tokens()), width = static_cast<std::size_t>(c.width),
             heads = static_cast<std::size_t>(c.heads), hidden_width = static_cast<std::size_t>(c.feed_forward);
  const auto cut_layer = [&](layer_activations& a) {
    a.x = cutter.cut(n * width);
    a.norm1 = cutter.cut(n * width), a.norm1_statistics = cutter.cut(2 * n);
    a.packed = cutter.cut(3 * n * width), a.gates = cutter.cut(e.gated() ? n * heads : 0);
    a.attended = cutter.cut(n * width), a.log_sums = cutter.cut(n * heads);
    a.middle = training ? cutter.cut(n * width) : a.x;
    a.norm2 = training ? cutter.cut(n * width) : a.norm1,
    a.norm2_statistics = training ? cutter.cut(2 * n) : a.norm1_statistics;
    a.up = cutter.cut(n * hidden_width), a.gate = cutter.cut(gated ? n * hidden_width : 0);
    a.activated = training ? cutter.cut(n * hidden_width) : a.up;
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (training || i == 0)
      cut_layer(layers[i]);
    else
      layers[i] = layers[0];
  }
  last = training ? cutter.cut(n * width) : layers[0].x;
  norm = training ? cutter.cut(n * width) : layers[0].norm1;
  norm_statistics = training ? cutter.cut(2 * n) : layers[0].norm1_statistics;
  logits = cutter.cut(static_cast<std::size_t>(std::min(loss_chunk, extents.tokens())) * vocabulary_size);
  losses = cutter.cut(n);
  scratch = cutter.cut(e.scratch_count(extents));
  const std::size_t kept = training ? n : 0;
  d_x = cutter.cut(kept * width), d_norm = cutter.cut(kept * width), d_attended = cutter.cut(kept * width);
  d_packed = cutter.cut(3 * kept * width), d_gates = cutter.cut(e.gated() ? kept * heads : 0);
  d_hidden = cutter.cut(kept * hidden_width), d_gate = cutter.cut(gated ? kept * hidden_width : 0);
  return cutter.used();
}

}  // namespace lengthwise
