#include "core/attention/registry.hpp"

#include "core/attention/composition.hpp"
#include "core/attention/layer_pattern.hpp"

namespace lengthwise {
namespace {

std::unique_ptr<encoding> make_one(std::string_view name) {
  for (const registered_encoding& entry : registered_encodings())
    if (entry.name == name) return entry.make();
  return nullptr;
}

// What `join` makes of what `make` makes of each name between separators; null where one of them is.
template <class Make, class Join>
std::unique_ptr<encoding> make_joined(std::string_view names, char separator, Make&& make, Join&& join) {
  std::vector<std::unique_ptr<encoding>> made;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(separator, begin), names.size());
    made.push_back(make(names.substr(begin, end - begin)));
    if (made.back() == nullptr) return nullptr;
    begin = end + 1;
  }
  return made.size() == 1 ? std::move(made.front()) : join(std::move(made));
}
std::unique_ptr<encoding> make_composed(std::string_view names) {
  return make_joined(names, '+', make_one, [](auto parts) { return std::make_unique<composition>(std::move(parts)); });
}

}  // namespace

std::unique_ptr<encoding> make_encoding(std::string_view names) {
  return make_joined(names, ',', make_composed,
                     [](auto layers) { return std::make_unique<layer_pattern>(std::move(layers)); });
}

}  // namespace lengthwise
