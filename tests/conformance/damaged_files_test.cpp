// Vector files cut short and with flipped bits: a report or an error of ours, whatever the bytes. Run under the address
// and undefined-behaviour sanitizers too.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "core/conformance/conformance.hpp"
#include "core/math/random.hpp"
#include "core/storage/errors.hpp"
#include "tests/storage/temporary_folder.hpp"

using namespace lengthwise;

namespace {

const std::string vectors = LENGTHWISE_SOURCE_DIR "/tests/reference/vectors/";

std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
std::filesystem::path written(const temporary_folder& f, const std::string& bytes) {
  std::ofstream(f.path / "file", std::ios::binary) << bytes;
  return f.path / "file";
}
void survive(const std::filesystem::path& file) {
  try {
    check_vector_file(file);
  } catch (const error& refused) {
    BOOST_TEST(std::string(refused.what()).find('\n') == std::string::npos);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(damaged_files)

BOOST_AUTO_TEST_CASE(truncated_and_flipped_files_never_crash) {
  const temporary_folder f;
  for (const std::string name :
       {"shaw.safetensors", "t5_bias.safetensors", "forgetting.safetensors", "learned.safetensors"}) {
    const std::string good = bytes_of(vectors + name);
    for (std::size_t length = 0; length < good.size(); length += length < 1200 ? 37 : good.size() / 23 + 1)
      survive(written(f, good.substr(0, length)));
    const random_source random{3, random_stream::conformance};
    for (std::uint64_t k = 0; k < 400; ++k) {  // three of four in the header, where lengths and shapes are
      std::string bad = good;
      const std::uint64_t range = k % 4 == 0 ? bad.size() : 1500;
      for (std::uint64_t flips = 0; flips <= k % 3; ++flips)
        bad[random.below(std::min<std::uint64_t>(range, bad.size()), 4 * k + flips)] ^=
            static_cast<char>(1 << random.below(8, 10000 + 4 * k + flips));
      survive(written(f, bad));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
