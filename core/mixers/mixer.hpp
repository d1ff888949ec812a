// A mixer makes one token's output of all the tokens that it sees: softmax attention is one.
#pragma once
#include "core/attention/attention_tables.hpp"

namespace lengthwise {

struct attention_arguments {
  attention_extents extents;
  const attention_tables* tables;
  real* packed =
      nullptr;  // [tokens, 3 width]: queries, keys, values of all heads; forward may turn queries and keys in place
  const real* gate_logits = nullptr;  // [tokens, heads]; null unless the encoding is gated
  real* output = nullptr;             // [tokens, width]
  real* key_norms = nullptr;          // [tokens, 2 heads]: of queries and keys that were normed; null unless they are
  real* log_sums = nullptr;  // [sequences, heads, time]: of each query's exponentials; what backward recomputes from
  real* scratch = nullptr;   // scratch_count() numbers
  const real* signals = nullptr;  // [tokens, signals]; null unless the encoding asks for them
  int first_query = 0;            // forward: no one asks for the output of queries before it
};
struct attention_gradients {
  const real* d_output;       // [tokens, width]
  real* d_packed;             // [tokens, 3 width], written
  real* d_gate_logits;        // [tokens, heads], written; null unless the encoding is gated
  real* d_tables;             // attention_tables::gradient_count() numbers, added to
  real* d_signals = nullptr;  // [tokens, signals], written; null unless the encoding asks for them
};

// Stateless and shared by threads.
class mixer {
 public:
  virtual ~mixer() = default;
  virtual std::size_t scratch_count(const attention_tables&, const attention_extents&) const = 0;
  virtual void forward(const attention_arguments&) const = 0;
  // After forward with the same arguments, whose packed rows and log sums it finds again.
  virtual void backward(const attention_arguments&, const attention_gradients&) const = 0;
};

}  // namespace lengthwise
