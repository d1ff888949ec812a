// A part of a text as it is evaluated: tokens, and what of them counts.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/tokenizer.hpp"

namespace lengthwise {

struct text_part {
  std::span<const token_id> tokens;
  // Of text whose answers are known: for a token that is an answer, how many tokens before it its definition begins,
  // else 0. Empty where every token is to be predicted.
  std::span<const std::uint32_t> distances = {};

  text_part(std::span<const token_id> every) : tokens(every) {}
  text_part(const std::vector<token_id>& every) : tokens(every) {}
  text_part(std::span<const token_id> all, std::span<const std::uint32_t> d) : tokens(all), distances(d) {}

  // Whether a token counts before which `context` tokens are read: an answer whose definition is not among them is
  // anyone's guess.
  bool counts(std::size_t token, std::size_t context) const {
    return distances.empty() || (distances[token] != 0 && distances[token] <= context);
  }
};

}  // namespace lengthwise
