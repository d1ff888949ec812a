// What a pass through the model writes: cut from one arena. Training keeps every layer's; evaluation reuses one
// layer's.
#pragma once
#include <vector>

#include "core/attention/encoding.hpp"
#include "core/model/model_config.hpp"
#include "core/tensor/arena.hpp"
#include "core/text/tokenizer.hpp"

namespace lengthwise {

enum class pass { training, evaluation };

struct layer_activations {         // n tokens
  real* x;                         // [n, width] the residual stream that comes in
  real *norm1, *norm1_statistics;  // [n, width], [n, 2]
  real* packed;                    // [n, 3 width] queries and keys (turned), values
  real* gates;                     // [n, heads] logits of forget gates
  real *attended, *log_sums;       // [n, width], [n heads]
  real* middle;                    // [n, width] the residual stream after attention
  real *norm2, *norm2_statistics;  // [n, width], [n, 2]
  real *up, *gate, *activated;     // [n, feed_forward]; gate only for swiglu
};

class activations {
 public:
  // For at most `sequences` windows of `time` tokens at once.
  activations(const model_config&, const encoding&, int sequences, int time, pass);
  static std::size_t count(const model_config&, const encoding&, int sequences, int time, pass);

  attention_extents extents;
  std::vector<layer_activations> layers;
  real *last, *norm, *norm_statistics;  // [n, width] what leaves the last layer; [n, width]; [n, 2]
  real* logits;                         // [loss_chunk, 256]
  real* losses;                         // [n]
  real* scratch;                        // attention's
  // Gradients: training only.
  real *d_x, *d_norm, *d_attended, *d_packed, *d_gates, *d_hidden, *d_gate;

  static constexpr int loss_chunk = 512;

 private:
  std::size_t cut(const model_config&, const encoding&, pass, real* memory);
  buffer memory;
};

}  // namespace lengthwise
