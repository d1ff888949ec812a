// Text from outside made fit for one line of a terminal.
#pragma once
#include <string>
#include <string_view>

namespace lengthwise {

// Control characters and bytes that are not UTF-8 as \xNN, and the middle of a long text left out.
std::string printable(std::string_view text, std::size_t longest = 200);

// Whether all bytes form well-formed UTF-8.
bool is_utf8(std::string_view text);

// "0:42", "12:07", "3:05:00".
std::string clock_text(double seconds);
// "1.5 GiB", "640 KiB".
std::string bytes_text(double bytes);
// "1,234,567".
std::string grouped(double number);

}  // namespace lengthwise
