#include "core/model/attention_layer.hpp"

#include <algorithm>

#include "core/model/norm.hpp"
#include "core/model/token_signals.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {
namespace {

template <class T>
using stream = matrix<T, token, width_axis>;
template <class T>
using packed_rows = matrix<T, token, packed_heads>;
template <class T>
using gate_rows = matrix<T, token, gate_axis>;
template <class T>
using packed_weight = matrix<T, width_axis, packed_heads>;
template <class T>
using gate_weight = matrix<T, gate_axis, width_axis>;
struct attended_axis;  // all heads' outputs side by side
template <class T>
using attended_rows = matrix<T, token, attended_axis>;
template <class T>
using output_weight = matrix<T, attended_axis, width_axis>;

attention_arguments arguments_of(const attention_extents& n, const attention_tables& tables, const layer_activations& a,
                                 real* scratch) {
  return {n, &tables, a.packed, a.gates, a.attended, a.key_norms, a.log_sums, scratch, a.signals};
}

}  // namespace

void attention_layer::forward(const attention_extents& n, const layer_weights<const real>& w,
                              const layer_activations& a, const block_scratch& s, int unasked) const {
  const int tokens = n.tokens(), width = n.width();
  norm(tokens, width, w.norm1_gain, w.norm1_bias, a.x, s.normed, s.statistics);
  const stream<const real> normed(s.normed, tokens, width);
  contract(packed_rows<real>(a.packed, tokens, 3 * width), normed,
           packed_weight<const real>(w.packed, width, 3 * width));
  if (tables.gated()) {
    contract(gate_rows<real>(a.gates, tokens, n.heads), normed,
             gate_weight<const real>(w.attention[tables.gate_block()], n.heads, width));
    const real* bias = w.attention[tables.gate_block()] + n.heads * width;
    for (int i = 0; i < tokens; ++i) kernels().add(a.gates + i * n.heads, bias, static_cast<std::size_t>(n.heads));
  }
  if (tables.signals().count() > 0) {
    arena_cutter cutter(s.signals);
    token_signals(tables.signals(), n, cutter).forward(s.normed, w.attention[tables.signal_block()], a.signals);
  }
  attention_arguments arguments = arguments_of(n, tables, a, s.attention);
  arguments.first_query = unasked;
  mixer_of(tables).forward(arguments);
  const int asked = tokens - unasked;
  const std::ptrdiff_t begin = static_cast<std::ptrdiff_t>(unasked) * width;
  if (a.middle != a.x)
    std::copy_n(a.x + begin, static_cast<std::size_t>(asked) * static_cast<std::size_t>(width), a.middle + begin);
  contract(stream<real>(a.middle + begin, asked, width), attended_rows<const real>(a.attended + begin, asked, width),
           output_weight<const real>(w.output, width, width), into::accumulate);
}

void attention_layer::backward(const attention_extents& n, const layer_weights<const real>& w,
                               const layer_activations& a, const block_scratch& s, real* d_x,
                               const layer_weights<real>& g, into how, real* d_tables) const {
  const int tokens = n.tokens(), width = n.width();
  const stream<const real> d_middle(d_x, tokens, width), normed(s.normed, tokens, width);
  contract(output_weight<real>(g.output, width, width), attended_rows<const real>(a.attended, tokens, width), d_middle,
           how);
  contract(attended_rows<real>(s.d_attended, tokens, width), d_middle,
           output_weight<const real>(w.output, width, width));
  mixer_of(tables).backward(arguments_of(n, tables, a, s.attention),
                            {s.d_attended, s.d_packed, s.d_gates, d_tables, s.d_signals});
  norm(tokens, width, w.norm1_gain, w.norm1_bias, a.x, s.normed, s.statistics);
  const packed_rows<const real> d_packed(s.d_packed, tokens, 3 * width);
  const stream<real> d_normed(s.d_normed, tokens, width);
  contract(packed_weight<real>(g.packed, width, 3 * width), normed, d_packed, how);
  contract(d_normed, d_packed, packed_weight<const real>(w.packed, width, 3 * width));
  if (tables.gated()) {
    const gate_rows<const real> d_gates(s.d_gates, tokens, n.heads);
    real* const d_gate_weight = g.attention[tables.gate_block()];
    contract(gate_weight<real>(d_gate_weight, n.heads, width), d_gates, normed, into::accumulate);
    contract(d_normed, d_gates, gate_weight<const real>(w.attention[tables.gate_block()], n.heads, width),
             into::accumulate);
    for (int i = 0; i < tokens; ++i)
      kernels().add(d_gate_weight + n.heads * width, s.d_gates + i * n.heads, static_cast<std::size_t>(n.heads));
  }
  if (tables.signals().count() > 0) {
    arena_cutter cutter(s.signals);
    token_signals(tables.signals(), n, cutter)
        .backward(s.normed, w.attention[tables.signal_block()], s.d_signals, s.d_normed,
                  g.attention[tables.signal_block()]);
  }
  norm_backward(tokens, width, w.norm1_gain, w.norm1_bias, a.x, s.statistics, s.d_normed, d_x, g.norm1_gain,
                g.norm1_bias);
}

}  // namespace lengthwise
