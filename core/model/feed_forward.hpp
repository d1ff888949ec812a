// The feed-forward half of a layer: y = middle + down(activation(up(norm(middle)))).
#pragma once
#include "core/model/activations.hpp"
#include "core/model/parameter_layout.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {

struct feed_forward {
  int width, hidden_width;
  activation_kind activation;

  // y [tokens, width] may be `middle` itself.
  void forward(int tokens, const layer_weights<const real>&, const layer_activations&, const block_scratch&,
               real* y) const;
  // From d_x, the gradient of y, to that of `middle`, in place; matrices' gradients are written or added to, those of
  // norms always added to.
  void backward(int tokens, const layer_weights<const real>&, const layer_activations&, const block_scratch&, real* d_x,
                const layer_weights<real>& gradients, into) const;
};

}  // namespace lengthwise
