#include "core/attention/layer_pattern.hpp"

#include <algorithm>

#include "core/hooks/composition_rules.hpp"

namespace lengthwise {

// Layers with the same encoding share it, and with it what is learned once for all layers.
layer_pattern::distinct_layers layer_pattern::distinct(std::vector<std::unique_ptr<encoding>> layers) {
  distinct_layers all;
  for (std::unique_ptr<encoding>& e : layers) {
    all.name += (all.name.empty() ? "" : ",") + std::string(e->name());
    const auto same = std::ranges::find(all.encodings, e->name(), [](const auto& o) { return o->name(); });
    all.pattern.push_back(static_cast<int>(same - all.encodings.begin()));
    if (same == all.encodings.end()) all.encodings.push_back(std::move(e));
  }
  return all;
}
layer_pattern::layer_pattern(std::vector<std::unique_ptr<encoding>> layers)
    : layer_pattern(distinct(std::move(layers))) {}
layer_pattern::layer_pattern(distinct_layers d)
    : joined_encodings(std::move(d.encodings), std::move(d.name), "each acts in layers of its own, in turn"),
      pattern_(std::move(d.pattern)) {
  std::vector<hooks_and_claims> said;
  for (int i = 0; i < count(); ++i) said.push_back({at(i).hooks(), claims_in(at(i))});
  claim(claims_of_composition(said));
}

config_problem layer_pattern::problem(const model_extents& x) const {
  for (int i = 0; i < count(); ++i) {
    if (count() > 1 && at(i).acts_on_input())
      return {"what acts on the token embedding acts before all layers: it cannot stand in some of them",
              "encoding.type"};
    if (const config_problem own = at(i).problem(x); !own.empty()) return own;
  }
  return {};
}

}  // namespace lengthwise
