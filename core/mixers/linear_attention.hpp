// Linear attention with rotated features (Katharopoulos et al., 2020, arXiv 2006.16236; Su et al., 2021, equation 19):
//   o_i = sum over j <= i of [R_i f(q_i)].[R_j f(k_j)] v_j / sum over j <= i of f(q_i).f(k_j),   f = elu + 1
// Only the numerator turns, so its weights may be negative. Taken in chunks of queries: within one by products as of a
// softmax, and from one to the next by a state of [head_width, head_width] numbers a head, so that cost is linear in
// length. A chunk of one token is the recurrent form, one as long as the text the parallel one; all are equal.
#pragma once
#include "core/mixers/mixer.hpp"

namespace lengthwise {

class linear_attention final : public mixer {
 public:
  std::size_t scratch_count(const attention_tables&, const attention_extents&) const override;
  void forward(const attention_arguments&) const override;
  void backward(const attention_arguments&, const attention_gradients&) const override;
};

}  // namespace lengthwise
