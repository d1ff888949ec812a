// What a file or a user says reaches the terminal without its control characters.
#include "core/storage/printable.hpp"

#include <boost/test/unit_test.hpp>
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

BOOST_AUTO_TEST_CASE(is_what_messages_about_files_are_made_of) {
  const auto one_plain_line = [](const damaged_file& problem) {
    const std::string message = problem.what();
    return message.find_first_of("\n\x1b") == message.npos;
  };
  BOOST_CHECK_EXCEPTION(parse_npy<float>({}, "evil\n\x1b[2J.npy"), damaged_file, one_plain_line);
}

BOOST_AUTO_TEST_SUITE_END()
