#include "core/model/activations.hpp"

#include "core/model/token_signals.hpp"

namespace lengthwise {

activations::activations(const model_config& c, int sequences, int time, pass kind)
    : extents{sequences, time, c.heads, c.width / c.heads},
      width(c.width),
      hidden_width(c.feed_forward),
      keeps(kind == pass::training),
      layers(static_cast<std::size_t>(c.layers)) {}

activations::activations(const model_config& c, const position_tables& tables, int sequences, pass kind)
    : activations(c, sequences, tables.time(), kind) {
  memory = buffer(cut(c, tables, nullptr));
  cut(c, tables, memory.data());
}

std::size_t activations::count(const model_config& c, const position_tables& tables, int sequences, pass kind) {
  return activations(c, sequences, tables.time(), kind).cut(c, tables, nullptr);
}

layer_activations activations::layer(int index, int first) const {
  layer_activations a = layers[static_cast<std::size_t>(index)];
  const std::ptrdiff_t rows = first, heads = extents.heads;
  a.x += rows * width, a.middle += rows * width;
  if (!keeps) return a;
  a.packed += rows * 3 * width, a.gates += rows * heads;
  a.signals += rows * signal_count;
  a.key_norms += rows * 2 * heads, a.attended += rows * width, a.log_sums += rows * heads;
  a.up += rows * hidden_width, a.gate += rows * hidden_width;
  return a;
}
real* activations::layer_output(int index, int first) const {
  const auto next = static_cast<std::size_t>(index) + 1;
  return (next < layers.size() ? layers[next].x : last) + static_cast<std::ptrdiff_t>(first) * width;
}
std::size_t activations::cut(const model_config& c, const position_tables& tables, real* start) {
  arena_cutter cutter(start);
  const bool swiglu = c.activation == activation_kind::swiglu;
  const auto count_of = [](int rows, int columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  };
  const int all = extents.tokens(), heads = tables.gated() ? c.heads : 0, gate_width = swiglu ? hidden_width : 0;
  for (const attention_tables& set : tables.sets) signal_count = std::max(signal_count, set.signals().count());
  const int whole = block_sequences() * extents.time, part = std::min(block_tokens, whole);  // tokens of a block
  const int n = keeps ? all : whole, rows = keeps ? all : part;
  const auto cut_layer = [&](layer_activations& a) {
    a.x = cutter.cut(count_of(all, width));
    a.packed = cutter.cut(count_of(n, 3 * width)), a.gates = cutter.cut(count_of(n, heads));
    a.signals = cutter.cut(count_of(n, signal_count));
    a.key_norms = cutter.cut(count_of(n, c.attention.query_key_norm ? 2 * c.heads : 0));
    a.attended = cutter.cut(count_of(n, width)), a.log_sums = cutter.cut(count_of(n, c.heads));
    a.middle = keeps ? cutter.cut(count_of(n, width)) : a.x;
    a.up = cutter.cut(count_of(rows, hidden_width)), a.gate = cutter.cut(count_of(rows, gate_width));
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (keeps || i == 0)
      cut_layer(layers[i]);
    else
      layers[i] = layers[0];
  }
  last = keeps ? cutter.cut(count_of(all, width)) : layers[0].x;
  block.normed = cutter.cut(count_of(whole, width)), block.statistics = cutter.cut(count_of(whole, 2));
  block.activated = keeps ? cutter.cut(count_of(part, hidden_width)) : layers[0].up;
  const attention_extents of_block{block_sequences(), extents.time, extents.heads, extents.head_width};
  std::size_t scratch = 0;
  for (const attention_tables& set : tables.sets)
    scratch = std::max(scratch, mixer_of(set).scratch_count(set, of_block));
  block.attention = cutter.cut(scratch);
  std::size_t of_signals = 0;
  for (const attention_tables& set : tables.sets)
    if (set.signals().count() > 0) {
      arena_cutter own(nullptr);
      token_signals(set.signals(), of_block, own);
      of_signals = std::max(of_signals, own.used());
    }
  block.signals = cutter.cut(of_signals);
  logits = cutter.cut(count_of(part, vocabulary_size));
  losses = cutter.cut(count_of(all, 1));
  right = keeps ? nullptr : cutter.cut(count_of(all, 1));
  if (keeps) {
    stream_gradient = cutter.cut(count_of(all, width));
    block.d_normed = cutter.cut(count_of(whole, width)), block.d_attended = cutter.cut(count_of(whole, width));
    block.d_packed = cutter.cut(count_of(whole, 3 * width)), block.d_gates = cutter.cut(count_of(whole, heads));
    block.d_signals = cutter.cut(count_of(whole, signal_count));
    block.d_hidden = cutter.cut(count_of(part, hidden_width)), block.d_gate = cutter.cut(count_of(part, gate_width));
  }
  return cutter.used();
}

}  // namespace lengthwise
