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

char32_t code_point(std::string_view sequence) {
  if (sequence.size() == 1) return static_cast<unsigned char>(sequence[0]);
  char32_t code = static_cast<unsigned char>(sequence[0]) & (0xffu >> (sequence.size() + 1));
  for (const char c : sequence.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return code;
}

// What moves the cursor, begins a line, changes a terminal's state, or makes text read otherwise than it stands:
// controls (C0, DEL, C1), separators of lines and paragraphs, marks and overrides of direction (Unicode, annex 9).
bool acts(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c || c == 0x200e || c == 0x200f ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

// Calls `plain(piece)` for characters that may be shown, `code(character)` for those that act, `byte(b)` for bytes that
// are no UTF-8.
template <class Plain, class Code, class Byte>
void for_each_piece(std::string_view text, Plain&& plain, Code&& code, Byte&& byte) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (length == 0)
      byte(static_cast<unsigned char>(text[0]));
    else if (const char32_t c = code_point(sequence); acts(c))
      code(c);
    else
      plain(sequence);
    text.remove_prefix(sequence.size());
  }
}

std::string escaped(std::string_view text, bool lines) {
  std::string clean;
  for_each_piece(
      text, [&](std::string_view piece) { clean += piece; },
      [&](char32_t c) {
        if (lines && c == '\n')
          clean += '\n';
        else
          clean += c < 0x80 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                            : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      },
      [&](unsigned char byte) { clean += fmt::format("\\x{:02x}", byte); });
  return clean;
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

bool is_printable(std::string_view text) {
  bool all = true;
  for_each_piece(
      text, [](std::string_view) {}, [&](char32_t) { all = false; }, [&](unsigned char) { all = false; });
  return all;
}

std::string printable(std::string_view text, std::size_t longest) {
  if (text.size() > longest)
    return fmt::format("{} ... {}", printable(text.substr(0, longest / 2), longest),
                       printable(text.substr(text.size() - longest / 4), longest));
  return escaped(text, false);
}

std::string printable_lines(std::string_view text) { return escaped(text, true); }

}  // namespace lengthwise
