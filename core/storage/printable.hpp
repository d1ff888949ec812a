// Text from outside, a file's or a user's, made fit for one line of a message.
#pragma once
#include <string>
#include <string_view>

namespace lengthwise {

// What a terminal would obey rather than show, written out: control characters and bytes that are no UTF-8 as \xNN; C1
// controls, separators of lines and marks of direction as \uNNNN. The middle of a long text is left out.
std::string printable(std::string_view text, std::size_t longest = 200);
// The same for a whole text, whose line breaks are its own and stay.
std::string printable_lines(std::string_view text);
// Whether printable() leaves it as it is.
bool is_printable(std::string_view text);

// Whether all bytes form well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace lengthwise
