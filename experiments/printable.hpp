// Times and sizes as text for a terminal; and what makes text from outside fit for it.
#pragma once
#include <string>

#include "core/storage/printable.hpp"

namespace lengthwise {

// "0:42", "12:07", "3:05:00".
std::string clock_text(double seconds);
// "1.5 GiB", "640 KiB".
std::string bytes_text(double bytes);
// "1,234,567".
std::string grouped(double number);

}  // namespace lengthwise
