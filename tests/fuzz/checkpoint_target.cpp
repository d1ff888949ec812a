// The checkpoint reader. Checksums would refuse whatever a fuzzer alters, so its input is the file without them: here
// they are added, and what is tested is everything behind them.
#include <algorithm>
#include <vector>

#include "core/attention/registry.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/safetensors.hpp"
#include "core/training/checkpoint.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {
namespace {

struct state {
  std::vector<real> parameters, first_moment, second_moment;
  bool operator==(const state&) const = default;
};

std::vector<std::byte> with_checksums(std::span<const std::byte> bytes) {
  return safetensors_bytes(parse_safetensors(bytes, "input.safetensors"), checksums::with);
}

}  // namespace

bool read(std::span<const std::byte> bytes) {
  static const auto encoding = make_encoding("rope");
  static const parameter_layout layout({.layers = 1, .width = 2, .heads = 1, .feed_forward = 1}, *encoding, 8);
  const std::vector<real> marks(layout.count(), real(7));
  state s{marks, marks, marks};
  const state before = s;
  try {
    const memory_file file(with_checksums(bytes));
    const checkpoint_header header =
        read_checkpoint(file.path(), layout, {s.parameters.data(), s.first_moment.data(), s.second_moment.data()});
    demand(header.step >= 0, "a step");
    return true;
  } catch (const damaged_file& refusal) {
    demand_readable(refusal.what());
    demand(s == before, "a refused checkpoint fills nothing");
    return false;
  }
}

}  // namespace lengthwise::testing
