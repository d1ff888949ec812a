// The attention half of a layer: middle = x + attention(norm(x)) output. The encoding decides what attention is.
#pragma once
#include "core/model/activations.hpp"
#include "core/model/parameter_layout.hpp"

namespace lengthwise {

struct attention_layer {
  const model_extents& extents;
  const encoding& positions;
  const attention_tables& tables;

  void forward(const attention_extents&, const layer_weights<const real>&, const layer_activations&,
               real* scratch) const;
  // From d_x, the gradient of `middle`, to that of x, in place; matrices' gradients are written, those of norms and
  // encodings added to.
  void backward(activations&, const layer_activations&, const layer_weights<const real>&,
                const layer_weights<real>& gradients, real* d_tables) const;
};

}  // namespace lengthwise
