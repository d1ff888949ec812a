#include "core/storage/npy.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <xtensor/xadapt.hpp>
#include <xtensor/xnpy.hpp>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {

namespace {

template <class T>
constexpr std::string_view descr = std::is_same_v<T, float>    ? "<f4"
                                   : std::is_same_v<T, double> ? "<f8"
                                                               : "<i8";

struct reason : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class... Values>
void require(bool holds, fmt::format_string<Values...> text, Values&&... values) {
  if (!holds) throw reason(fmt::format(text, std::forward<Values>(values)...));
}

// The header is a Python dictionary with three known keys. xtensor reads it by regular expressions that recurse over
// untrusted text, so it is read here, one piece after the other.
class header_reader {
 public:
  explicit header_reader(std::string_view text) : rest_(text) {}

  bool accept(std::string_view wanted) {
    skip_spaces();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }

  void expect(std::string_view wanted) { require(accept(wanted), "its header lacks {}", wanted); }

  std::string_view quoted() {
    expect("'");
    const std::size_t end = rest_.find('\'');
    require(end != std::string_view::npos, "its header has an open quote");
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::size_t number() {
    skip_spaces();
    std::size_t value = 0;
    const auto [end, code] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    require(code == std::errc(), "its shape is not made of lengths");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  void expect_end() {
    skip_spaces();
    require(rest_.empty(), "its header goes on after the dictionary");
  }

 private:
  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

struct npy_header {
  std::string_view type;
  bool column_major = false;
  std::vector<std::size_t> shape;
};

npy_header parsed_header(std::string_view text) {
  npy_header header;
  header_reader reader(text);
  bool has_type = false, has_order = false, has_shape = false;
  const auto once = [](bool& seen, std::string_view key) {
    require(!std::exchange(seen, true), "it gives {} twice", key);
  };

  reader.expect("{");
  while (!reader.accept("}")) {
    const std::string_view key = reader.quoted();
    reader.expect(":");
    if (key == "descr") {
      once(has_type, key);
      header.type = reader.quoted();
    } else if (key == "fortran_order") {
      once(has_order, key);
      header.column_major = reader.accept("True");
      if (!header.column_major) reader.expect("False");
    } else if (key == "shape") {
      once(has_shape, key);
      reader.expect("(");
      while (!reader.accept(")")) {
        header.shape.push_back(reader.number());
        if (!reader.accept(",")) {
          reader.expect(")");
          break;
        }
      }
    } else {
      throw reason(fmt::format("its header has the unknown key '{}'", key));
    }
    if (!reader.accept(",")) {
      reader.expect("}");
      break;
    }
  }
  reader.expect_end();
  require(has_type && has_order && has_shape, "its header lacks descr, fortran_order or shape");
  return header;
}

template <class T>
npy_array<T> parsed(std::span<const std::byte> file) {
  constexpr std::string_view magic = "\x93NUMPY";
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  require(text.size() >= 10 && text.starts_with(magic), "it does not begin as a .npy file");
  const int version = std::to_integer<int>(file[6]);
  require(version >= 1 && version <= 3, "it has the unknown format version {}", version);
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  const std::size_t header_begin = 8 + length_bytes;
  require(text.size() >= header_begin, "it ends within its header");
  std::uint32_t header_size = 0;  // little-endian, as this machine
  std::memcpy(&header_size, file.data() + 8, length_bytes);
  require(header_size <= text.size() - header_begin, "its header claims {} bytes, but the file has only {}",
          header_size, text.size());

  npy_header header = parsed_header(text.substr(header_begin, header_size));
  require(header.type == descr<T>, "its elements are '{}' where '{}' is wanted", header.type, descr<T>);
  require(!header.column_major, "it is in column-major order");
  std::size_t count = 1, bytes = 0;
  for (const std::size_t length : header.shape)
    require(!__builtin_mul_overflow(count, length, &count), "its shape is too large");
  require(!__builtin_mul_overflow(count, sizeof(T), &bytes), "its shape is too large");
  const auto data = file.subspan(header_begin + header_size);
  require(data.size() == bytes, "its shape needs {} bytes, but {} follow the header", bytes, data.size());

  npy_array<T> array{std::move(header.shape), std::vector<T>(count)};
  if (bytes > 0) std::memcpy(array.values.data(), data.data(), bytes);
  return array;
}

}  // namespace

template <class T>
std::vector<std::byte> npy_bytes(std::span<const T> values, const std::vector<std::size_t>& shape) {
  std::size_t count = 1;
  for (const std::size_t length : shape)
    if (__builtin_mul_overflow(count, length, &count)) throw std::invalid_argument("the shape is too large");
  if (count != values.size())
    throw std::invalid_argument(fmt::format("{} values do not fill a shape of {}", values.size(), count));
  const std::string text = xt::dump_npy(xt::adapt(values.data(), values.size(), xt::no_ownership(), shape));
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

template <class T>
npy_array<T> parse_npy(std::span<const std::byte> file, const std::filesystem::path& path) {
  try {
    return parsed<T>(file);
  } catch (const reason& problem) {
    throw damaged_file(
        fmt::format("{} is damaged: {}; make it again", printable(path.string()), printable(problem.what(), 1000)));
  }
}

template <class T>
npy_array<T> read_npy(const std::filesystem::path& path) {
  return parse_npy<T>(file_bytes(path), path);
}

template std::vector<std::byte> npy_bytes(std::span<const float>, const std::vector<std::size_t>&);
template std::vector<std::byte> npy_bytes(std::span<const double>, const std::vector<std::size_t>&);
template std::vector<std::byte> npy_bytes(std::span<const std::int64_t>, const std::vector<std::size_t>&);
template npy_array<float> parse_npy(std::span<const std::byte>, const std::filesystem::path&);
template npy_array<double> parse_npy(std::span<const std::byte>, const std::filesystem::path&);
template npy_array<std::int64_t> parse_npy(std::span<const std::byte>, const std::filesystem::path&);
template npy_array<float> read_npy(const std::filesystem::path&);
template npy_array<double> read_npy(const std::filesystem::path&);
template npy_array<std::int64_t> read_npy(const std::filesystem::path&);

}  // namespace lengthwise
