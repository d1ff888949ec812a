// Text that was read cannot act, however it gets out.
#include "core/storage/read_text.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

using namespace lengthwise;

// No way to a std::string by accident.
static_assert(!std::is_convertible_v<read_text, std::string> && !std::is_convertible_v<read_text, std::string_view>);
static_assert(!std::is_convertible_v<std::string, read_text> && !std::is_constructible_v<std::string, read_text>);

BOOST_AUTO_TEST_SUITE(text_that_was_read)

BOOST_AUTO_TEST_CASE(is_shown_without_what_a_terminal_obeys) {
  // Every code point of the first two planes' beginning, and lone bytes.
  std::string all;
  for (char32_t c = 0; c < 0x2100; ++c) {
    if (c < 0x80)
      all += static_cast<char>(c);
    else if (c < 0x800)
      all += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
    else
      all += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
              static_cast<char>(0x80 | (c & 0x3f))};
  }
  const std::string shown = fmt::format("{}", read_text(all + "\x80\xff\xfe"));
  BOOST_TEST(shown == read_text(all + "\x80\xff\xfe").shown());
  BOOST_TEST(is_utf8(shown));
  BOOST_TEST(is_printable(shown));
  BOOST_TEST(std::ranges::none_of(shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
  // C1 controls, separators of lines, marks and overrides of direction (Unicode 15, UnicodeData.txt).
  for (const char* acts : {"\xc2\x80", "\xc2\x85", "\xc2\x9b", "\xc2\x9f", "\xd8\x9c", "\xe2\x80\x8e", "\xe2\x80\x8f",
                           "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xae"})
    BOOST_TEST(shown.find(acts) == shown.npos);
  for (const char* stays : {"A", "\xc3\xa9", "\xc3\xa0", "\xe2\x82\xac", "\xe0\xa4\x85"})
    BOOST_TEST(shown.find(stays) != shown.npos);
}

BOOST_AUTO_TEST_CASE(keeps_a_width_and_loses_no_line_break_of_whole_texts) {
  BOOST_TEST(fmt::format("{:>5}|", read_text("a")) == "    a|");
  BOOST_TEST(printable_lines("two\nlines\r\x1b[2J") == "two\nlines\\x0d\\x1b[2J");
}

BOOST_AUTO_TEST_CASE(is_json_as_it_was_read) {
  const std::string text = "a\n\x1b\"b";
  const nlohmann::json j = read_text(text);
  BOOST_TEST(nlohmann::json::parse(j.dump()).get<read_text>().unescaped() == text);
}

BOOST_AUTO_TEST_SUITE_END()
