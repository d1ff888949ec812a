// All that the program says, on standard output and standard error. Nothing of it is obeyed by a terminal: control
// characters but line breaks are written out (printable_lines), also where a text was not made printable before.
#pragma once
#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lengthwise {

// What a command was asked for, on standard output. A write that fails is remembered for require_shown().
void show_text(std::string_view);
template <class... Values>
void show(fmt::format_string<Values...> text, Values&&... values) {
  show_text(fmt::format(text, std::forward<Values>(values)...));
}
// Throws io_error when something that was shown could not be written.
void require_shown();

// Remarks on the way, on standard error. What cannot be written is dropped: no work ends because nobody listens.
void tell_text(std::string_view);
template <class... Values>
void tell(fmt::format_string<Values...> text, Values&&... values) {
  tell_text(fmt::format(text, std::forward<Values>(values)...));
}
// How wide and how high the terminal is that a descriptor leads to; 80 and 0 where it is none.
struct screen {
  std::size_t columns = 80, lines = 0;
};
screen screen_of(int descriptor);

// Puts lines in place of those that it put last, `before` of them, where the cursor is in the last one. None clears
// them.
void redraw(std::span<const std::string> lines, std::size_t before);

}  // namespace lengthwise
