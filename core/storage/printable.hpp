// Text from outside, a file's or a user's, made fit for one line of a message.
#pragma once
#include <string>
#include <string_view>

namespace lengthwise {

// Control characters and bytes that are not UTF-8 as \xNN, and the middle of a long text left out.
std::string printable(std::string_view text, std::size_t longest = 200);

// Whether all bytes form well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace lengthwise
