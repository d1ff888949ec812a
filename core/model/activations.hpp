// What a pass through the model writes: cut from one arena. Training keeps every layer's; evaluation reuses one
// layer's, and of most of it only a block.
#pragma once
#include <algorithm>
#include <vector>

#include "core/mixers/mixers.hpp"
#include "core/model/model_config.hpp"
#include "core/model/position_tables.hpp"
#include "core/tensor/arena.hpp"
#include "core/text/tokenizer.hpp"

namespace lengthwise {

enum class pass { training, evaluation };

struct layer_activations {    // n tokens
  real* x;                    // [n, width] the residual stream that comes in
  real* packed;               // [n, 3 width] queries and keys (turned), values
  real* gates;                // [n, heads] logits of forget gates
  real* signals;              // [n, signals] what the encoding asks of each token
  real* key_norms;            // [n, 2 heads]: only where queries and keys are normed
  real *attended, *log_sums;  // [n, width], [n heads]
  real* middle;               // [n, width] the residual stream after attention
  real *up, *gate;            // [n, feed_forward]; gate only for swiglu
};

// What is needed only while one block is in one layer. What is cheap to compute again is not kept for the way back.
struct block_scratch {
  real *normed, *statistics;  // [tokens, width], [tokens, 2]
  real* activated;            // [tokens, feed_forward]
  real *attention, *signals;
  // Gradients: training only. [tokens, width], [tokens, width], [tokens, 3 width], [tokens, heads], [tokens, signals],
  // then [tokens, feed_forward].
  real *d_normed, *d_attended, *d_packed, *d_gates, *d_signals, *d_hidden, *d_gate;
};

class activations {
 public:
  // For at most `sequences` windows at once, as long as the tables are.
  activations(const model_config&, const position_tables&, int sequences, pass);
  static std::size_t count(const model_config&, const position_tables&, int sequences, pass);

  // A layer is taken through blocks of whole sequences with about this many tokens, so that what one step of it writes
  // is still in the second-level cache when the next reads it. Where nothing is mixed between tokens, longer sequences
  // are taken in blocks of this many tokens.
  static constexpr int block_tokens = 256;
  int block_sequences() const { return std::clamp(block_tokens / extents.time, 1, extents.sequences); }

  // What layer `index` holds for the tokens from `first` on, where a block begins.
  layer_activations layer(int index, int first) const;
  // The residual stream that leaves layer `index`, from token `first` on, and the gradient of the one on its way back.
  real* layer_output(int index, int first) const;
  real* d_x(int first) const { return stream_gradient + static_cast<std::ptrdiff_t>(first) * width; }

  attention_extents extents;
  block_scratch block;
  real* logits;  // [block_tokens, 256]
  real* losses;  // [n]
  real* right;   // [n] 1 where no other token has as large a logit as the target, else 0; null in training

 private:
  activations(const model_config&, int sequences, int time, pass);  // without memory
  std::size_t cut(const model_config&, const position_tables&, real* memory);
  int width, hidden_width, signal_count = 0;
  bool keeps;  // every token's activations, for the way back; otherwise those of one block, and one layer's
  std::vector<layer_activations> layers;
  real* last;             // [n, width] what leaves the last layer
  real* stream_gradient;  // [n, width]; training only
  buffer memory;
};

}  // namespace lengthwise
