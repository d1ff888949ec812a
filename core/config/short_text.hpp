// A short text in a config: a literal type, so that configs can be checked when the program is built.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

namespace lengthwise {

class short_text {
 public:
  static constexpr std::size_t capacity = 127;
  constexpr short_text() = default;
  constexpr short_text(std::string_view text) { assign(text); }
  constexpr std::string_view view() const { return {characters_.data(), size_}; }
  // False where it is too long; then nothing has changed.
  constexpr bool assign(std::string_view text) {
    if (text.size() > capacity) return false;
    size_ = text.size();
    for (std::size_t i = 0; i < size_; ++i) characters_[i] = text[i];
    return true;
  }
  constexpr bool operator==(const short_text& other) const { return view() == other.view(); }

 private:
  std::array<char, capacity> characters_{};
  std::size_t size_ = 0;
};

}  // namespace lengthwise
