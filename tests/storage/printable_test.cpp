// What a file or a user says reaches the terminal without its control characters.
#include "core/storage/printable.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <string>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"

using namespace lengthwise;

BOOST_AUTO_TEST_SUITE(printable_text)

BOOST_AUTO_TEST_CASE(has_no_control_characters_and_nothing_but_utf_8) {
  BOOST_TEST(printable("plain, gr\xc3\xbc\xc3\x9f, \xe6\xbc\xa2") == "plain, gr\xc3\xbc\xc3\x9f, \xe6\xbc\xa2");
  BOOST_TEST(printable("a\nb\x1b[2J\x7f") == "a\\x0ab\\x1b[2J\\x7f");
  BOOST_TEST(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  BOOST_TEST(printable("\xff \xc0\x80 \xed\xa0\x80 \xe2\x82") == "\\xff \\xc0\\x80 \\xed\\xa0\\x80 \\xe2\\x82");
  BOOST_TEST(printable(std::string(1000, 'a'), 100).size() < 100u);
}

// Unicode 15: controls, line and paragraph separators, the property Bidi_Control; and the byte order mark.
BOOST_AUTO_TEST_CASE(shows_no_character_that_acts_and_every_other) {
  std::set<unsigned> acting{0x61c,  0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c,
                            0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff};
  for (unsigned c = 0; c < 0x20; ++c) acting.insert(c);
  for (unsigned c = 0x7f; c < 0xa0; ++c) acting.insert(c);
  const auto byte = [](unsigned b) { return static_cast<char>(b); };
  for (unsigned c = 0; c < 0x10000; ++c) {
    if (c >= 0xd800 && c < 0xe000) continue;  // halves of pairs, which UTF-8 has not
    const std::string text =
        c < 0x80    ? std::string{byte(c)}
        : c < 0x800 ? std::string{byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f))}
                    : std::string{byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f))};
    BOOST_TEST_REQUIRE((printable(text) == text) == !acting.contains(c), "U+" << std::hex << c);
  }
}

BOOST_AUTO_TEST_CASE(is_what_messages_about_files_are_made_of) {
  const auto one_plain_line = [](const damaged_file& problem) {
    const std::string message = problem.what();
    return message.find_first_of("\n\x1b") == message.npos;
  };
  BOOST_CHECK_EXCEPTION(parse_npy<float>({}, "evil\n\x1b[2J.npy"), damaged_file, one_plain_line);
}

BOOST_AUTO_TEST_SUITE_END()
