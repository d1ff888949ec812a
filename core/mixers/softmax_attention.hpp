// Causal softmax attention: the loop that knows tiles, the running softmax and "each term".
#pragma once
#include "core/mixers/mixer.hpp"

namespace lengthwise {

class softmax_attention final : public mixer {
 public:
  std::size_t scratch_count(const attention_tables&, const attention_extents&) const override;
  void forward(const attention_arguments&) const override;
  void backward(const attention_arguments&, const attention_gradients&) const override;
};

}  // namespace lengthwise
