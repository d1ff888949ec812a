#include "core/storage/npy.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "core/storage/errors.hpp"

using lengthwise::damaged_file;
using lengthwise::npy_bytes;
using lengthwise::parse_npy;

namespace {

using bytes = std::vector<std::byte>;

bytes bytes_of(std::string_view text) {
  const auto view = std::as_bytes(std::span(text));
  return {view.begin(), view.end()};
}

// What numpy 1.24.2 saved for np.array([[1.5, -2, 3], [4, 5, 6]], dtype=np.float32) and np.float64(0.5).
const std::string numpy_matrix = std::string("\x93NUMPY\x01\x00v\x00", 10) +
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') +
                                 "\n" +
                                 std::string(
                                     "\x00\x00\xc0?\x00\x00\x00\xc0\x00\x00@@"
                                     "\x00\x00\x80@\x00\x00\xa0@\x00\x00\xc0@",
                                     24);
const std::string numpy_scalar = std::string("\x93NUMPY\x01\x00v\x00", 10) +
                                 "{'descr': '<f8', 'fortran_order': False, 'shape': (), }" + std::string(62, ' ') +
                                 "\n" + std::string("\x00\x00\x00\x00\x00\x00\xe0?", 8);

// The matrix by np.lib.format.write_array(.., version=(2, 0)): four bytes of header length.
const std::string numpy_second_version =
    std::string("\x93NUMPY\x02\x00t\x00\x00\x00", 12) + numpy_matrix.substr(10, 115) + "\n" + numpy_matrix.substr(128);

// np.array([[0, 5], [3, 70000000000]], dtype=np.int64).
const std::string numpy_integers = std::string("\x93NUMPY\x01\x00v\x00", 10) +
                                   "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 2), }" +
                                   std::string(58, ' ') + "\n" +
                                   std::string(
                                       "\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00"
                                       "\x03\x00\x00\x00\x00\x00\x00\x00\x00<SL\x10\x00\x00\x00",
                                       32);

bytes with_header(std::string header, std::string_view data) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() % 256);
  file += static_cast<char>(header.size() / 256);
  return bytes_of(file + header + std::string(data));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(npy)

BOOST_AUTO_TEST_CASE(reads_what_numpy_wrote) {
  const auto matrix = parse_npy<float>(bytes_of(numpy_matrix), "matrix.npy");
  BOOST_TEST(matrix.shape == (std::vector<std::size_t>{2, 3}), boost::test_tools::per_element());
  BOOST_TEST(matrix.values == (std::vector<float>{1.5f, -2, 3, 4, 5, 6}), boost::test_tools::per_element());
  BOOST_TEST((parse_npy<float>(bytes_of(numpy_second_version), "matrix.npy").values == matrix.values));
  const auto scalar = parse_npy<double>(bytes_of(numpy_scalar), "scalar.npy");
  BOOST_TEST(scalar.shape.empty());
  BOOST_TEST(scalar.values.at(0) == 0.5);
  const auto integers = parse_npy<std::int64_t>(bytes_of(numpy_integers), "integers.npy");
  BOOST_TEST(integers.values == (std::vector<std::int64_t>{0, 5, 3, 70'000'000'000}), boost::test_tools::per_element());
  BOOST_TEST((npy_bytes<std::int64_t>(integers.values, integers.shape) == bytes_of(numpy_integers)));
}

BOOST_AUTO_TEST_CASE(writes_what_it_reads) {
  const std::vector<std::vector<std::size_t>> shapes{{}, {0}, {1}, {7}, {3, 4}, {2, 0, 3}, {2, 3, 4}};
  for (const auto& shape : shapes) {
    std::size_t count = 1;
    for (const std::size_t length : shape) count *= length;
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = 0.1 * static_cast<double>(i) - 0.3;
    const bytes file = npy_bytes<double>(values, shape);
    const auto read = parse_npy<double>(file, "a.npy");
    BOOST_TEST(read.shape == shape, boost::test_tools::per_element());
    BOOST_TEST(read.values == values, boost::test_tools::per_element());
    BOOST_CHECK_THROW(parse_npy<float>(file, "a.npy"), damaged_file);
  }
  BOOST_CHECK_THROW(npy_bytes<float>(std::vector<float>(5), {2, 3}), std::invalid_argument);
}

// The data must begin where numpy's memory mapping wants them, and the rest be as numpy writes it.
BOOST_AUTO_TEST_CASE(writes_numpys_header) {
  const bytes file = npy_bytes<float>(std::vector<float>{1.5f, -2, 3, 4, 5, 6}, {2, 3});
  const std::string text(reinterpret_cast<const char*>(file.data()), file.size());
  BOOST_TEST(text.starts_with(std::string("\x93NUMPY\x01\x00", 8)));
  BOOST_TEST(text.substr(10, 59) == "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
  BOOST_TEST((text.size() - 24) % 16 == 0u);
  BOOST_TEST(text.substr(text.size() - 24) == numpy_matrix.substr(numpy_matrix.size() - 24));
}

BOOST_AUTO_TEST_CASE(refuses_every_truncation) {
  const bytes file = bytes_of(numpy_matrix);
  for (std::size_t size = 0; size < file.size(); ++size)
    BOOST_CHECK_THROW(parse_npy<float>(std::span(file).first(size), "cut.npy"), damaged_file);
}

BOOST_AUTO_TEST_CASE(refuses_wrong_headers) {
  const std::string data(24, '\0');
  const std::string type = "'descr': '<f4', ", order = "'fortran_order': False, ", shape = "'shape': (2, 3)";
  BOOST_CHECK_NO_THROW(parse_npy<float>(with_header("{" + type + order + shape + "}", data), "x.npy"));
  const std::vector<std::string> headers{
      "",
      "{}",
      "{" + type + order + "}",
      "{" + type + order + shape,
      "{" + type + type + order + shape + "}",
      "{" + type + order + shape + ", 'more': 1}",
      "{" + type + order + shape + "} x",
      "{" + type + order + "'shape': (2, -3)}",
      "{" + type + order + "'shape': (2, 3.0)}",
      "{" + type + order + "'shape': (2 3)}",
      "{" + type + order + "'shape': (2, 4)}",
      "{" + type + order + "'shape': (18446744073709551616,)}",
      "{" + type + order + "'shape': (9223372036854775808, 2)}",
      "{" + type + order + "'shape': (4611686018427387904,)}",
      "{" + type + "'fortran_order': True, " + shape + "}",
      "{'descr': '>f4', " + order + shape + "}",
      "{'descr': '|O', " + order + shape + "}",
      "{'descr: <f4, " + order + shape + "}",
  };
  for (const std::string& header : headers)
    BOOST_CHECK_THROW(parse_npy<float>(with_header(header, data), "x.npy"), damaged_file);
}

BOOST_AUTO_TEST_CASE(never_crashes_on_altered_bytes) {
  std::mt19937 random(1);
  for (int time = 0; time < 20'000; ++time) {
    bytes file = bytes_of(numpy_matrix);
    for (int change = 0; change < 1 + time % 4; ++change) file[random() % file.size()] = std::byte(random() % 256);
    try {
      const auto read = parse_npy<float>(file, "x.npy");
      BOOST_REQUIRE(read.values.size() == 6);
    } catch (const damaged_file& problem) {
      BOOST_REQUIRE(std::string_view(problem.what()).starts_with("x.npy is damaged: "));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
