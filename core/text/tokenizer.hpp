// From text to the numbers a model reads, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

/// A token's number, in {0, ..., vocabulary - 1}.
using token_id = std::uint16_t;

/// Stands between two documents of a part. It is no token of any vocabulary: windows that would hold it are not drawn.
inline constexpr token_id document_end = 0xffff;

/// A reversible map between text (any bytes) and tokens.
class tokenizer {
 public:
  virtual ~tokenizer() = default;

  /// How many tokens there are; at most 65535: the last number is document_end.
  virtual std::size_t vocabulary() const = 0;

  virtual std::vector<token_id> encode(std::string_view text) const = 0;

  /// The text whose tokens these are: decode(encode(text)) == text.
  /// Throws std::out_of_range for a number outside the vocabulary.
  virtual std::string decode(std::span<const token_id> tokens) const = 0;
};

/// Every byte is a token: 256 tokens, nothing to learn, nothing unknown, and bits per token are bits per byte.
class byte_tokenizer final : public tokenizer {
 public:
  std::size_t vocabulary() const override { return 256; }

  std::vector<token_id> encode(std::string_view text) const override {
    std::vector<token_id> tokens;
    tokens.reserve(text.size());
    for (const char byte : text) tokens.push_back(static_cast<unsigned char>(byte));
    return tokens;
  }

  std::string decode(std::span<const token_id> tokens) const override {
    std::string text;
    text.reserve(tokens.size());
    for (const token_id token : tokens) {
      if (token >= vocabulary()) throw std::out_of_range("token " + std::to_string(token) + " is not a byte");
      text += static_cast<char>(token);
    }
    return text;
  }
};

}  // namespace lengthwise
