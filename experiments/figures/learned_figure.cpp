#include "experiments/figures/learned_figure.hpp"

#include <fmt/format.h>

#include "core/storage/errors.hpp"
#include "experiments/figures/curve_panels.hpp"

namespace lengthwise {

void draw_learned(const learned_attention& a, const std::filesystem::path& file) {
  std::vector<curve_panel> panels;
  for (const learned_attention::layer& l : a.layers) {
    if (l.bias.empty()) continue;
    curve_panel p{l.name, "added to the logit", {}};
    for (const std::size_t h : spread(l.bias.size())) p.curves.push_back({fmt::format("head {}", h + 1), l.bias[h]});
    panels.push_back(std::move(p));
  }
  if (panels.empty()) throw usage_error(fmt::format("{} has learned no bias of distance to draw", a.encoding));
  draw_panels(panels, fmt::format("{}: what its layers have learned", a.encoding), file);
}

}  // namespace lengthwise
