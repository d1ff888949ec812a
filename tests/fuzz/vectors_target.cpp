// The reader of vector files, and the attention that it computes from one.
#include "core/conformance/conformance.hpp"
#include "core/storage/errors.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {

bool read(std::span<const std::byte> bytes) {
  const memory_file file(bytes);
  try {
    return !check_vector_file(file.path()).errors.empty();
  } catch (const error& refusal) {
    demand(refusal.exit_code() == 4 || refusal.exit_code() == 2, "a damaged file or an unknown encoding");
    demand_readable(refusal.what());
    return false;
  }
}

}  // namespace lengthwise::testing
