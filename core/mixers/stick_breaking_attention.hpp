// Stick breaking: from the newest key to the oldest, each takes its share of the stick that is left (Tan et al., 2025,
// arXiv 2410.17980). Weights A_ij = sigmoid(e_ij) prod over the newer keys l that i sees of (1 - sigmoid(e_il)); they
// sum to less than 1, so no softmax and no running maximum.
#pragma once
#include "core/mixers/mixer.hpp"

namespace lengthwise {

class stick_breaking_attention final : public mixer {
 public:
  std::size_t scratch_count(const attention_tables&, const attention_extents&) const override;
  void forward(const attention_arguments&) const override;
  void backward(const attention_arguments&, const attention_gradients&) const override;
};

}  // namespace lengthwise
