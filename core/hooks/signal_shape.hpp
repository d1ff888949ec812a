// What an encoding asks of each token beside queries, keys and values: numbers that a small network makes of the
// layer's input. A low-rank product, a causal convolution over the last tokens and, where wanted, a silu; and one
// number a head by an affine map.
#pragma once

namespace lengthwise {

struct signal_shape {
  int made = 0;             // numbers a token that the network makes; 0: none are asked for
  int rank = 0;             // between the two factors of the product
  int taps = 0;             // tokens that the convolution sees, its own the last
  bool silu = false;        // behind the convolution
  bool unit_input = false;  // whether the network reads its input at unit length
  int affine = 0;           // numbers a token by the affine map
  constexpr int count() const { return made + affine; }
};

}  // namespace lengthwise
