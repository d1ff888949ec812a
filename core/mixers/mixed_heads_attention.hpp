// Softmax attention in which a network sees all heads' logits and biases of a pair and corrects the logits (the hook
// `mix`): a tile is taken for all heads at once.
#pragma once
#include "core/mixers/mixer.hpp"

namespace lengthwise {

class mixed_heads_attention final : public mixer {
 public:
  std::size_t scratch_count(const attention_tables&, const attention_extents&) const override;
  void forward(const attention_arguments&) const override;
  void backward(const attention_arguments&, const attention_gradients&) const override;
};

}  // namespace lengthwise
