// The .npy reader: what it takes comes back from the writer, bit for bit.
#include <cstring>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {
namespace {

template <class T>
bool read_as(std::span<const std::byte> bytes) {
  npy_array<T> array;
  try {
    array = parse_npy<T>(bytes, "input.npy");
  } catch (const damaged_file& refusal) {
    demand_readable(refusal.what());
    return false;
  }
  const std::vector<std::byte> written = npy_bytes<T>(array.values, array.shape);
  const npy_array<T> again = parse_npy<T>(written, "written.npy");
  demand(again.shape == array.shape, "the same shape");
  demand(again.values.size() == array.values.size() &&
             (array.values.empty() ||
              std::memcmp(again.values.data(), array.values.data(), array.values.size() * sizeof(T)) == 0),
         "the same values");
  return true;
}

}  // namespace

bool read(std::span<const std::byte> bytes) {
  const bool as_float = read_as<float>(bytes), as_double = read_as<double>(bytes);
  demand(!(as_float && as_double), "one type");
  return as_float || as_double;
}

}  // namespace lengthwise::testing
