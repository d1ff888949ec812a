#include "core/storage/sha256.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(sha256_digests)

// FIPS 180-4's examples, as published with the standard.
BOOST_AUTO_TEST_CASE(equal_the_standards_examples) {
  using lengthwise::sha256_of;
  BOOST_TEST(sha256_of(bytes_of("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(sha256_of(bytes_of("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(sha256_of(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(sha256_of(bytes_of(std::string(1'000'000, 'a'))) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(do_not_depend_on_the_pieces) {
  const std::string text = "positions are points, distances are differences";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    lengthwise::sha256 running;
    running.update(bytes_of(text).first(cut));
    const std::string before = running.hex();
    BOOST_TEST(before == lengthwise::sha256_of(bytes_of(text).first(cut)));
    running.update(bytes_of(text).subspan(cut));  // going on after asking
    BOOST_TEST(running.hex() == lengthwise::sha256_of(bytes_of(text)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
