// The safetensors format (github.com/huggingface/safetensors): named arrays behind a JSON header, readable from Python.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lengthwise {

/// The format's element types.
enum class dtype : std::uint8_t { boolean, u8, i8, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64 };

/// The format's name of a type: "F32", "I64", ...
std::string_view name_of(dtype type);

/// Bytes of one element.
std::size_t size_of(dtype type);

/// The type that stands for T in a file.
template <class T>
constexpr dtype dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return dtype::f32;
  else if constexpr (std::is_same_v<T, double>)
    return dtype::f64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return dtype::i32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return dtype::i64;
  else if constexpr (std::is_same_v<T, std::uint32_t>)
    return dtype::u32;
  else if constexpr (std::is_same_v<T, std::uint64_t>)
    return dtype::u64;
  else {
    static_assert(std::is_same_v<T, std::uint8_t>, "this element type has no constructor here");
    return dtype::u8;
  }
}

/// One named array: row-major, little-endian. An empty shape is a scalar.
struct tensor_record {
  std::string name;
  dtype type = dtype::f32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;

  /// The elements. Throws std::logic_error when T is not the record's type.
  template <class T>
  std::vector<T> values() const {
    if (dtype_of<T>() != type) throw std::logic_error("tensor " + name + " holds " + std::string(name_of(type)));
    std::vector<T> elements(bytes.size() / sizeof(T));
    if (!elements.empty()) std::memcpy(elements.data(), bytes.data(), bytes.size());
    return elements;
  }
};

/// A record with a copy of `values`, whose number must be the product of `shape`.
template <class T>
tensor_record tensor_of(std::string name, std::vector<std::int64_t> shape, std::span<const T> values) {
  const auto bytes = std::as_bytes(values);
  return {std::move(name), dtype_of<T>(), std::move(shape), {bytes.begin(), bytes.end()}};
}

/// A file's arrays and its free text. The keys that hold checksums are no part of the metadata.
struct safetensors {
  std::vector<tensor_record> tensors;
  std::map<std::string, std::string> metadata;

  /// The array of this name. Throws std::out_of_range when there is none.
  const tensor_record& at(std::string_view name) const;
};

enum class checksums : bool { without, with };

/// The bytes of a safetensors file. Arrays stand in order of element size, largest first, and otherwise as given, so
/// that each is aligned to its type; the data begin at a multiple of 8.
///
/// With checksums the metadata also hold the SHA-256 of every array and that of the whole file, so that a reader finds
/// any damage: "sha256" is the digest of the file in which this value's 64 digits are zeros, "sha256:NAME" that of
/// array NAME's bytes, and "checksums" = "sha256" says that they are there.
///
/// Throws std::invalid_argument for two arrays of one name, a reserved name, text that is not UTF-8, or bytes that do
/// not fit the shape.
std::vector<std::byte> safetensors_bytes(const safetensors& contents, checksums wanted = checksums::without);

/// Reads a safetensors file that is already in memory; `path` only names it in messages.
/// Checks every length, name, type, shape and offset before it is used, that the arrays fill the data without gap or
/// overlap, and the checksums when there are any; with checksums::with, a file that has none is refused. Throws
/// damaged_file (path and reason) for anything else than a well-formed file, whatever the bytes.
safetensors parse_safetensors(std::span<const std::byte> file, const std::filesystem::path& path,
                              checksums required = checksums::without);

/// Reads the file at `path`; throws io_error when it cannot be read, and as parse_safetensors.
safetensors read_safetensors(const std::filesystem::path& path, checksums required = checksums::without);

}  // namespace lengthwise
