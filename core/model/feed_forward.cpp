#include "core/model/feed_forward.hpp"

#include <algorithm>

#include "core/model/norm.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {
namespace {

template <class T>
using stream = matrix<T, token, width_axis>;
template <class T>
using hidden_rows = matrix<T, token, hidden>;
template <class T>
using up_weight = matrix<T, width_axis, hidden>;
template <class T>
using down_weight = matrix<T, hidden, width_axis>;

}  // namespace

void feed_forward::forward(int tokens, const layer_weights<const real>& w, const layer_activations& a,
                           const block_scratch& s, real* y) const {
  const auto count = static_cast<std::size_t>(tokens) * static_cast<std::size_t>(hidden_width);
  norm(tokens, width, w.norm2_gain, w.norm2_bias, a.middle, s.normed, s.statistics);
  const stream<const real> normed(s.normed, tokens, width);
  contract(hidden_rows<real>(a.up, tokens, hidden_width), normed, up_weight<const real>(w.up, width, hidden_width));
  if (activation == activation_kind::swiglu) {
    contract(hidden_rows<real>(a.gate, tokens, hidden_width), normed,
             up_weight<const real>(w.gate, width, hidden_width));
    kernels().swiglu(a.gate, a.up, s.activated, count);
  } else {
    (activation == activation_kind::relu2 ? kernels().relu2 : kernels().gelu)(a.up, s.activated, count);
  }
  if (y != a.middle) std::copy_n(a.middle, static_cast<std::size_t>(tokens) * static_cast<std::size_t>(width), y);
  contract(stream<real>(y, tokens, width), hidden_rows<const real>(s.activated, tokens, hidden_width),
           down_weight<const real>(w.down, hidden_width, width), into::accumulate);
}

void feed_forward::backward(int tokens, const layer_weights<const real>& w, const layer_activations& a,
                            const block_scratch& s, real* d_x, const layer_weights<real>& g, into how) const {
  const auto count = static_cast<std::size_t>(tokens) * static_cast<std::size_t>(hidden_width);
  norm(tokens, width, w.norm2_gain, w.norm2_bias, a.middle, s.normed, s.statistics);
  const stream<const real> d_y(d_x, tokens, width), normed(s.normed, tokens, width);
  const stream<real> d_normed(s.d_normed, tokens, width);
  const hidden_rows<real> d_hidden(s.d_hidden, tokens, hidden_width), d_gate(s.d_gate, tokens, hidden_width);
  contract(d_hidden, d_y, down_weight<const real>(w.down, hidden_width, width));
  if (activation == activation_kind::swiglu)
    kernels().swiglu_backward(a.gate, a.up, s.d_hidden, s.activated, s.d_gate, s.d_hidden, count);
  else
    (activation == activation_kind::relu2 ? kernels().relu2_backward : kernels().gelu_backward)(
        a.up, s.d_hidden, s.activated, s.d_hidden, count);
  contract(down_weight<real>(g.down, hidden_width, width), hidden_rows<const real>(s.activated, tokens, hidden_width),
           d_y, how);
  contract(up_weight<real>(g.up, width, hidden_width), normed, d_hidden, how);
  contract(d_normed, d_hidden, up_weight<const real>(w.up, width, hidden_width));
  if (activation == activation_kind::swiglu) {
    contract(up_weight<real>(g.gate, width, hidden_width), normed, d_gate, how);
    contract(d_normed, d_gate, up_weight<const real>(w.gate, width, hidden_width), into::accumulate);
  }
  norm_backward(tokens, width, w.norm2_gain, w.norm2_bias, a.middle, s.statistics, s.d_normed, d_x, g.norm2_gain,
                g.norm2_bias);
}

}  // namespace lengthwise
