#include "core/storage/safetensors.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <random>
#include <string>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/sha256.hpp"
#include "tests/storage/temporary_folder.hpp"

using namespace lengthwise;

namespace {

using bytes = std::vector<std::byte>;

bytes bytes_of(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

std::string text_of(std::span<const std::byte> file) {
  return {reinterpret_cast<const char*>(file.data()), file.size()};
}

// The format by hand: 8 bytes of length, header, data.
bytes file_of(std::string_view header, std::string_view data) {
  std::string file;
  for (int byte = 0; byte < 8; ++byte) file += static_cast<char>(header.size() >> (8 * byte) & 255);
  return bytes_of(file + std::string(header) + std::string(data));
}

template <class T>
tensor_record record(std::string name, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  return tensor_of<T>(std::move(name), std::move(shape), values);
}

// What a checkpoint holds: parameters, moments, counters and text.
safetensors small_checkpoint() {
  return {{record<std::uint8_t>("config", {3}, {1, 2, 3}), record<float>("parameters", {2, 3}, {0.5f, -1, 2, 3, -4, 5}),
           record<double>("losses", {2}, {1.25, -0.0}), record<std::int64_t>("step", {}, {600}),
           record<float>("empty", {0, 4}, {})},
          {{"format", "lengthwise checkpoint 1"}, {"note", "caf\xc3\xa9 \"quoted\""}}};
}

void require_same(const safetensors& read, const safetensors& written) {
  BOOST_TEST((read.metadata == written.metadata));
  BOOST_REQUIRE(read.tensors.size() == written.tensors.size());
  for (const tensor_record& tensor : written.tensors) {
    const tensor_record& found = read.at(tensor.name);
    BOOST_TEST((found.type == tensor.type));
    BOOST_TEST(found.shape == tensor.shape, boost::test_tools::per_element());
    BOOST_TEST((found.bytes == tensor.bytes));
  }
}

bool is_refused(std::span<const std::byte> file, checksums required = checksums::without) {
  try {
    parse_safetensors(file, "folder/x.safetensors", required);
    return false;
  } catch (const damaged_file& problem) {
    return std::string_view(problem.what()).starts_with("folder/x.safetensors is damaged: ");
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safetensors_files)

BOOST_AUTO_TEST_CASE(are_read_as_the_format_says) {
  const std::string header = R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I32","shape":[],"data_offsets":[8,12]},)"
                             R"("a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}   )";
  const safetensors read =
      parse_safetensors(file_of(header, std::string("\x00\x00\x80?\x00\x00\x00\xc0\xf9\xff\xff\xff", 12)), "x");
  BOOST_TEST(read.metadata.at("format") == "pt");
  BOOST_REQUIRE(read.tensors.size() == 2u);
  BOOST_TEST(read.tensors[0].name == "a");  // in order of the data
  BOOST_TEST(read.at("a").values<float>() == (std::vector<float>{1, -2}), boost::test_tools::per_element());
  BOOST_TEST(read.at("b").values<std::int32_t>() == std::vector<std::int32_t>{-7}, boost::test_tools::per_element());
  BOOST_CHECK_THROW(read.at("c"), std::out_of_range);
  BOOST_CHECK_THROW(read.at("a").values<double>(), std::logic_error);
}

BOOST_AUTO_TEST_CASE(are_written_as_the_format_says) {
  const std::vector<float> values{1, -2};
  const bytes file = safetensors_bytes({{record<float>("a", {1, 2}, values)}, {{"format", "pt"}}});
  std::string header = R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  BOOST_TEST((file == file_of(header, std::string("\x00\x00\x80?\x00\x00\x00\xc0", 8))));
  BOOST_TEST((safetensors_bytes({}) == file_of("{}      ", "")));
}

BOOST_AUTO_TEST_CASE(come_back_as_written) {
  for (const checksums wanted : {checksums::without, checksums::with}) {
    const bytes file = safetensors_bytes(small_checkpoint(), wanted);
    require_same(parse_safetensors(file, "x"), small_checkpoint());
    BOOST_TEST(is_refused(file, checksums::with) == (wanted == checksums::without));
    // Each array is aligned to its type.
    std::size_t offset = file.size();
    for (const tensor_record& tensor : parse_safetensors(file, "x").tensors) offset -= tensor.bytes.size();
    BOOST_TEST(offset % 8 == 0u);
    for (const tensor_record& tensor : parse_safetensors(file, "x").tensors) {
      BOOST_TEST(offset % size_of(tensor.type) == 0u);
      offset += tensor.bytes.size();
    }
  }
  const temporary_folder folder;
  write_atomically(folder.path / "x", safetensors_bytes(small_checkpoint(), checksums::with));
  require_same(read_safetensors(folder.path / "x", checksums::with), small_checkpoint());
  BOOST_CHECK_THROW(read_safetensors(folder.path / "y"), io_error);
}

BOOST_AUTO_TEST_CASE(can_hold_every_type) {
  for (std::size_t number = 0; number < 13; ++number) {
    const auto type = static_cast<dtype>(number);
    const safetensors one{{{"x", type, {3}, bytes(3 * size_of(type), std::byte{1})}}, {}};
    require_same(parse_safetensors(safetensors_bytes(one), "x"), one);
  }
}

BOOST_AUTO_TEST_CASE(written_by_another_program_are_read) {
  std::size_t count = 0;
  const std::filesystem::path vectors = std::filesystem::path(LENGTHWISE_SOURCE_DIR) / "tests/reference/vectors";
  if (!std::filesystem::exists(vectors)) return;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(vectors))
    if (entry.path().extension() == ".safetensors" && ++count <= 50)
      BOOST_TEST(!read_safetensors(entry.path()).tensors.empty());
  BOOST_TEST_MESSAGE(count << " files read");
}

// sha256sum of the file in which the digest's digits are zeros: what anybody can compute without this library.
BOOST_AUTO_TEST_CASE(hold_the_digest_that_they_claim) {
  std::string text = text_of(safetensors_bytes(small_checkpoint(), checksums::with));
  const std::string_view key = R"("sha256":")";
  const std::size_t place = text.find(key) + key.size();
  const std::string stated = text.substr(place, 64);
  text.replace(place, 64, std::string(64, '0'));
  BOOST_TEST(stated == sha256_of(bytes_of(text)));
  BOOST_TEST(text.find(R"("sha256:step":")" + sha256_of(small_checkpoint().at("step").bytes)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(cut_anywhere_are_refused) {
  for (const checksums wanted : {checksums::without, checksums::with}) {
    const bytes file = safetensors_bytes(small_checkpoint(), wanted);
    for (std::size_t size = 0; size < file.size(); ++size) BOOST_REQUIRE(is_refused(std::span(file).first(size)));
    bytes longer = file;
    longer.push_back(std::byte{0});
    BOOST_TEST(is_refused(longer));
  }
}

BOOST_AUTO_TEST_CASE(with_any_bit_flipped_are_refused) {
  for (const safetensors& contents : {small_checkpoint(), safetensors{}, safetensors{{}, {{"format", "x"}}}}) {
    bytes file = safetensors_bytes(contents, checksums::with);
    for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
      const std::byte flip{static_cast<unsigned char>(1u << bit % 8)};
      file[bit / 8] ^= flip;
      BOOST_REQUIRE_MESSAGE(is_refused(file), "bit " << bit);
      file[bit / 8] ^= flip;
    }
    BOOST_TEST(!is_refused(file));
  }
}

BOOST_AUTO_TEST_CASE(name_the_tensor_that_was_altered) {
  bytes file = safetensors_bytes(small_checkpoint(), checksums::with);
  file.back() ^= std::byte{4};  // config stands last: its elements are the smallest
  BOOST_CHECK_EXCEPTION(parse_safetensors(file, "x"), damaged_file, [](const damaged_file& problem) {
    return problem.exit_code() == 4 &&
           std::string_view(problem.what()).find("tensor 'config'") != std::string_view::npos;
  });
}

BOOST_AUTO_TEST_CASE(with_wrong_headers_are_refused) {
  const std::string data(8, '\0');
  const auto entry = [](std::string_view name, std::string_view type, std::string_view shape,
                        std::string_view offsets) {
    return "\"" + std::string(name) + R"(":{"dtype":")" + std::string(type) + R"(","shape":)" + std::string(shape) +
           R"(,"data_offsets":)" + std::string(offsets) + "}";
  };
  const std::string good = entry("a", "F32", "[2]", "[0,8]");
  BOOST_TEST(!is_refused(file_of("{" + good + "}", data)));
  BOOST_TEST(!is_refused(file_of("{" + good + "," + entry("z", "F32", "[0]", "[8,8]") + "}", data)));

  std::string deep = "{\"a\":";
  deep += std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
  const std::vector<std::string> headers{
      "",
      "   ",
      "[]",
      "1",
      "{",
      " {" + good + "}",
      "{" + good + "} x",
      "{" + good + "," + good + "}",                                                            // one name twice
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1]", "[0,4]") + "}",  // overlap
      "{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "U8", "[3]", "[5,8]") + "}",   // gap
      "{" + entry("a", "F32", "[1]", "[0,4]") + "}",                                            // data left over
      "{" + entry("a", "F32", "[1]", "[4,8]") + "}",                                            // gap at the beginning
      "{" + entry("a", "F32", "[4]", "[0,16]") + "}",                                           // beyond the end
      "{" + entry("a", "F32", "[2]", "[8,0]") + "}",
      "{" + entry("a", "F32", "[3]", "[0,8]") + "}",
      "{" + entry("a", "F99", "[2]", "[0,8]") + "}",
      "{" + entry("a", "F32", "[-2]", "[0,8]") + "}",
      "{" + entry("a", "F32", "[2.0]", "[0,8]") + "}",
      "{" + entry("a", "F32", "[[2]]", "[0,8]") + "}",
      "{" + entry("a", "F32", "{}", "[0,8]") + "}",
      "{" + entry("a", "F32", "2", "[0,8]") + "}",
      "{" + entry("a", "F32", "[4611686018427387904,4]", "[0,0]") + "}",  // 2^66 bytes are 0 modulo 2^64
      "{" + entry("a", "F32", "[9223372036854775808]", "[0,8]") + "}",
      "{" + entry("a", "F32", "[99999999999999999999999]", "[0,8]") + "}",
      "{" + entry("a", "F32", "[2]", "[0]") + "}",
      "{" + entry("a", "F32", "[2]", "[0,8,8]") + "}",
      "{" + entry("a", "F32", "[2]", "[-8,0]") + "}",
      "{" + entry("a", "F32", "[2]", "[0,8.0]") + "}",
      "{" + entry("a", "F32", "[2]", "[18446744073709551608,18446744073709551616]") + "}",
      R"({"a":{"dtype":1,"shape":[2],"data_offsets":[0,8]}})",
      R"({"a":{"dtype":"F32","shape":[2]}})",
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}})",
      R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
      R"({"a":[0,8]})",
      R"({"__metadata__":1,)" + good + "}",
      R"({"__metadata__":{"x":1},)" + good + "}",
      R"({"__metadata__":{"x":"1","x":"2"},)" + good + "}",
      R"({"__metadata__":{"sha256":"0000"},)" + good + "}",
      R"({"__metadata__":{"checksums":"sha256"},)" + good + "}",
      R"({"__metadata__":{"checksums":"sha256","sha256":")" + good + "}",
      "{\"\xff\":{}}",
      "{\"a\":1e999}",
      deep,
  };
  for (const std::string& header : headers)
    BOOST_TEST(is_refused(file_of(header, data)), header.substr(0, 100) << " was accepted");
  BOOST_TEST(is_refused(bytes_of(std::string(8, '\xff') + "{}")));  // a header of 2^64 - 1 bytes
}

BOOST_AUTO_TEST_CASE(altered_at_random_never_crash_the_reader) {
  const bytes whole = safetensors_bytes(small_checkpoint());
  std::mt19937 random(1);
  const std::string_view spice = "{}[]\":,0129-\\u\xff ";
  for (int time = 0; time < 20'000; ++time) {
    bytes file = whole;
    for (int change = 0; change < 1 + time % 4; ++change)
      file[random() % file.size()] =
          std::byte(time % 2 == 0 ? random() % 256 : static_cast<unsigned char>(spice[random() % spice.size()]));
    if (time % 3 == 0) file.resize(random() % file.size());
    try {
      parse_safetensors(file, "x");
    } catch (const damaged_file&) {
    }
  }
}

BOOST_AUTO_TEST_CASE(that_could_not_be_read_are_not_written) {
  const auto is_invalid = [](const safetensors& contents) {
    try {
      safetensors_bytes(contents, checksums::with);
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  };
  const tensor_record tensor = record<float>("a", {1}, {1});
  BOOST_TEST(!is_invalid({{tensor}, {}}));
  BOOST_TEST(is_invalid({{tensor, tensor}, {}}));
  BOOST_TEST(is_invalid({{record<float>("a", {2}, {1})}, {}}));
  BOOST_TEST(is_invalid({{record<float>("a", {-1}, {1})}, {}}));
  BOOST_TEST(is_invalid({{record<float>("__metadata__", {1}, {1})}, {}}));
  BOOST_TEST(is_invalid({{record<float>("\xff", {1}, {1})}, {}}));
  BOOST_TEST(is_invalid({{tensor}, {{"sha256", "x"}}}));
  BOOST_TEST(is_invalid({{tensor}, {{"sha256:a", "x"}}}));
}

BOOST_AUTO_TEST_SUITE_END()
