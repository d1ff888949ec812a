// The safetensors reader: what it takes comes back from the writer, with checksums and without.
#include "core/storage/errors.hpp"
#include "core/storage/safetensors.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {
namespace {

void demand_same(const safetensors& a, const safetensors& b) {
  demand(a.metadata == b.metadata && a.tensors.size() == b.tensors.size(), "the same metadata and number of tensors");
  for (const tensor_record& t : a.tensors) {
    const tensor_record& other = b.at(t.name);
    demand(other.type == t.type && other.shape == t.shape && other.bytes == t.bytes, "the same tensor");
  }
}

}  // namespace

bool read(std::span<const std::byte> bytes) {
  safetensors file;
  try {
    file = parse_safetensors(bytes, "input.safetensors");
  } catch (const damaged_file& refusal) {
    demand_readable(refusal.what());
    return false;
  }
  for (const checksums wanted : {checksums::without, checksums::with})
    demand_same(file, parse_safetensors(safetensors_bytes(file, wanted), "written.safetensors", wanted));
  return true;
}

}  // namespace lengthwise::testing
