// The feed-forward half of a layer: y = middle + down(activation(up(norm(middle)))).
#pragma once
#include "core/model/activations.hpp"
#include "core/model/parameter_layout.hpp"

namespace lengthwise {

struct feed_forward {
  int width, hidden_width;
  activation_kind activation;

  // y [tokens, width] may be `middle` itself.
  void forward(int tokens, const layer_weights<const real>&, const layer_activations&, real* y) const;
  // From d_x, the gradient of y, to that of `middle`, in place; matrices' gradients are written, those of norms and
  // encodings added to.
  void backward(activations&, const layer_activations&, const layer_weights<const real>&,
                const layer_weights<real>& gradients) const;
};

}  // namespace lengthwise
