#include "core/storage/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lengthwise {

namespace {

// Length of the well-formed UTF-8 sequence that the text begins with (Unicode 15, table 3-7); 0 if it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto continues = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      if ((byte(i) & 0xc0u) != 0x80u) return false;
    return true;
  };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return text.empty() ? 0 : 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1, 2) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef)
    return continues(1, 3) && !(first == 0xe0 && second < 0xa0) && !(first == 0xed && second > 0x9f) ? 3 : 0;
  if (first >= 0xf0 && first <= 0xf4)
    return continues(1, 4) && !(first == 0xf0 && second < 0x90) && !(first == 0xf4 && second > 0x8f) ? 4 : 0;
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t longest) {
  if (text.size() > longest)
    return fmt::format("{} ... {}", printable(text.substr(0, longest / 2), longest),
                       printable(text.substr(text.size() - longest / 4), longest));
  std::string clean;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0 || first < 0x20 || first == 0x7f)
      clean += fmt::format("\\x{:02x}", first);
    else
      clean += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

}  // namespace lengthwise
