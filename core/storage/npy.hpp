// NumPy's array file (numpy.lib.format), so that losses and tables can be opened with numpy.load.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace lengthwise {

/// A row-major array of float, double or std::int64_t. An empty shape is a scalar.
template <class T>
struct npy_array {
  std::vector<std::size_t> shape;
  std::vector<T> values;
};

/// The bytes of a .npy file, format 1.0, little-endian float32, float64 or int64.
/// Throws std::invalid_argument when the number of values is not the product of the shape.
template <class T>
std::vector<std::byte> npy_bytes(std::span<const T> values, const std::vector<std::size_t>& shape);

/// Reads a .npy file in memory; `path` only names it in messages. Every length is checked before it is used.
/// Throws damaged_file (path and reason) unless it is a complete little-endian row-major array of T.
template <class T>
npy_array<T> parse_npy(std::span<const std::byte> file, const std::filesystem::path& path);

/// Reads the file at `path`; throws io_error when it cannot be read, and as parse_npy.
template <class T>
npy_array<T> read_npy(const std::filesystem::path& path);

}  // namespace lengthwise
