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

void feed_forward::forward(int tokens, const layer_weights<const real>& w, const layer_activations& a, real* y) const {
  const auto count = static_cast<std::size_t>(tokens) * static_cast<std::size_t>(hidden_width);
  norm(tokens, width, w.norm2_gain, w.norm2_bias, a.middle, a.norm2, a.norm2_statistics);
  const stream<const real> norm2(a.norm2, tokens, width);
  contract(hidden_rows<real>(a.up, tokens, hidden_width), norm2, up_weight<const real>(w.up, width, hidden_width));
  if (activation == activation_kind::swiglu) {
    contract(hidden_rows<real>(a.gate, tokens, hidden_width), norm2,
             up_weight<const real>(w.gate, width, hidden_width));
    kernels().swiglu(a.gate, a.up, a.activated, count);
  } else {
    kernels().gelu(a.up, a.activated, count);
  }
  if (y != a.middle) std::copy_n(a.middle, static_cast<std::size_t>(tokens) * static_cast<std::size_t>(width), y);
  contract(stream<real>(y, tokens, width), hidden_rows<const real>(a.activated, tokens, hidden_width),
           down_weight<const real>(w.down, hidden_width, width), into::accumulate);
}

void feed_forward::backward(activations& all, const layer_activations& a, const layer_weights<const real>& w,
                            const layer_weights<real>& g) const {
  const int tokens = all.extents.tokens();
  const auto count = static_cast<std::size_t>(tokens) * static_cast<std::size_t>(hidden_width);
  const stream<const real> d_y(all.d_x, tokens, width), norm2(a.norm2, tokens, width);
  const stream<real> d_norm(all.d_norm, tokens, width);
  const hidden_rows<real> d_hidden(all.d_hidden, tokens, hidden_width), d_gate(all.d_gate, tokens, hidden_width);
  contract(down_weight<real>(g.down, hidden_width, width), hidden_rows<const real>(a.activated, tokens, hidden_width),
           d_y);
  contract(d_hidden, d_y, down_weight<const real>(w.down, hidden_width, width));
  if (activation == activation_kind::swiglu)
    kernels().swiglu_backward(a.gate, a.up, all.d_hidden, all.d_gate, all.d_hidden, count);
  else
    kernels().gelu_backward(a.up, all.d_hidden, all.d_hidden, count);
  contract(up_weight<real>(g.up, width, hidden_width), norm2, d_hidden);
  contract(d_norm, d_hidden, up_weight<const real>(w.up, width, hidden_width));
  if (activation == activation_kind::swiglu) {
    contract(up_weight<real>(g.gate, width, hidden_width), norm2, d_gate);
    contract(d_norm, d_gate, up_weight<const real>(w.gate, width, hidden_width), into::accumulate);
  }
  norm_backward(tokens, width, w.norm2_gain, w.norm2_bias, a.middle, a.norm2_statistics, all.d_norm, all.d_x,
                g.norm2_gain, g.norm2_bias);
}

}  // namespace lengthwise
