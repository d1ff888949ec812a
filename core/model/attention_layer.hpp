// The attention half of a layer: middle = x + attention(norm(x)) output. The encoding decides what attention is.
#pragma once
#include "core/model/activations.hpp"
#include "core/model/parameter_layout.hpp"
#include "core/tensor/contract.hpp"

namespace lengthwise {

struct attention_layer {
  const attention_tables& tables;

  // No one asks for `middle` of the first `unasked` tokens, which are of one sequence.
  void forward(const attention_extents&, const layer_weights<const real>&, const layer_activations&,
               const block_scratch&, int unasked = 0) const;
  // From d_x, the gradient of `middle`, to that of x, in place; matrices' gradients are written or added to, those of
  // norms and encodings always added to.
  void backward(const attention_extents&, const layer_weights<const real>&, const layer_activations&,
                const block_scratch&, real* d_x, const layer_weights<real>& gradients, into, real* d_tables) const;
};

}  // namespace lengthwise
