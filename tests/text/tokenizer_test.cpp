#include "core/text/tokenizer.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(byte_tokens)

BOOST_AUTO_TEST_CASE(are_the_bytes) {
  const lengthwise::byte_tokenizer tokens;
  BOOST_TEST(tokens.vocabulary() == 256u);
  const std::string text("a\0\xff\xc3\xa9", 5);
  BOOST_TEST(tokens.encode(text) == (std::vector<lengthwise::token_id>{97, 0, 255, 195, 169}),
             boost::test_tools::per_element());
  BOOST_TEST(tokens.decode(tokens.encode(text)) == text);
  BOOST_TEST(tokens.encode("").empty());
  BOOST_CHECK_THROW(tokens.decode(std::vector<lengthwise::token_id>{256}), std::out_of_range);
}

BOOST_AUTO_TEST_SUITE_END()
