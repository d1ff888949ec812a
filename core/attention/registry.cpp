#include "core/attention/registry.hpp"

namespace lengthwise {

std::unique_ptr<encoding> make_encoding(std::string_view name) {
  for (const registered_encoding& entry : registered_encodings())
    if (entry.name == name) return entry.make();
  return nullptr;
}

std::size_t encoding::parameter_count(const model_extents& extents) const {
  std::size_t count = 0;
  for (const parameter& p : learned(extents)) count += p.count(extents.heads);
  return count;
}

}  // namespace lengthwise
