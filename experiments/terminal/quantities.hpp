// Times, sizes and counts as text for a terminal.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace lengthwise {

// "0:42", "12:07", "3:05:00".
std::string clock_text(double seconds);
// "1.5 GiB", "640 KiB".
std::string bytes_text(double bytes);
// A perplexity that a double cannot hold.
inline constexpr std::string_view beyond_text = "beyond 1e308";
// "1,234,567".
std::string grouped(double number);
// "4,096", or "1,000 to 4,096" where they differ.
std::string range_text(std::int64_t least, std::int64_t most);

}  // namespace lengthwise
