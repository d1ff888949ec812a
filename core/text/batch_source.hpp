// Where sequences come from that a model is trained or evaluated on: windows of a text, or made-up ones. Tokens,
// targets, and which targets count.
#pragma once
#include <cstdint>
#include <span>

#include "core/text/tokenizer.hpp"

namespace lengthwise {

// A target that has no loss. It is no token of any vocabulary.
inline constexpr token_id unscored = document_end;

class batch_source {
 public:
  virtual ~batch_source() = default;

  // Sequences first, first + 1 ... of a step's batch, or of an evaluation, as inputs and targets [n, length]; the
  // target of an input is what should come after it, or `unscored`. A function of nothing but its arguments: who asks
  // for which sequences together cannot be seen.
  virtual void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
                    std::span<token_id> targets) const = 0;
};

}  // namespace lengthwise
