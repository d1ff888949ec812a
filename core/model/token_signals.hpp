// The network that makes an encoding's signals of a layer's input (core/hooks/signal_shape.hpp). Parameters, one after
// the other: down [rank, width], up [made, rank], taps [made, taps], and for the affine map weight [affine, width] and
// bias [affine].
#pragma once
#include "core/hooks/signal_shape.hpp"
#include "core/tensor/arena.hpp"
#include "core/terms/attention_extents.hpp"

namespace lengthwise {

class token_signals {
 public:
  // Cuts its memory from the scratch.
  token_signals(const signal_shape&, const attention_extents&, arena_cutter& scratch);

  // Of normed inputs [tokens, width]: signals [tokens, count], the made ones first.
  void forward(const real* normed, const real* parameters, real* signals) const;
  // d_normed and d_parameters are added to.
  void backward(const real* normed, const real* parameters, const real* d_signals, real* d_normed,
                real* d_parameters) const;

 private:
  // What the network makes of the input, up to the convolution; and the convolution of it.
  void product(const real* normed, const real* parameters) const;
  real convolved(int token, int signal, const real* taps) const;

  signal_shape shape_;
  attention_extents x_;
  real *input_, *d_input_;    // [tokens, width]
  real *narrow_, *d_narrow_;  // [tokens, rank]
  real *wide_, *d_wide_;      // [tokens, made]
};

}  // namespace lengthwise
