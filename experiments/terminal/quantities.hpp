// Times, sizes and counts as text for a terminal.
#pragma once
#include <string>

namespace lengthwise {

// "0:42", "12:07", "3:05:00".
std::string clock_text(double seconds);
// "1.5 GiB", "640 KiB".
std::string bytes_text(double bytes);
// "1,234,567".
std::string grouped(double number);

}  // namespace lengthwise
