#include "core/attention/registry.hpp"

#include <limits>

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

attention_tables encoding::make_tables(const model_extents& x, attention_places places) const {
  if (const double reach = stretch_reach(x); reach < std::numeric_limits<double>::infinity())
    places = recentred(places, reach);
  attention_tables t(std::move(places), hooks(), logit_scale(x.head_width()));
  add_to(t, x, 0);
  return t;
}

}  // namespace lengthwise
