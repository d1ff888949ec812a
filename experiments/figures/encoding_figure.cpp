#include "experiments/figures/encoding_figure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/errors.hpp"
#include "experiments/figures/curve_panels.hpp"
#include "experiments/inspection/encoding_tables.hpp"

namespace lengthwise {
namespace {

curve_panel bias_panel(const encoding& e, const model_extents& x, int length) {
  const number_table t = encoding_table(e, "bias", x, length);
  const auto n = static_cast<std::size_t>(length);
  const bool square = t.shape.size() == 3;
  curve_panel p{
      square ? fmt::format("bias of the query at position {}", length - 1) : "bias", "added to the logit", {}};
  for (const std::size_t h : spread(t.shape[0])) {
    distance_curve l{fmt::format("head {}", h + 1), {}};
    for (std::size_t d = 0; d < n; ++d)
      l.y.push_back(square ? t.values[(h * n + n - 1) * n + (n - 1 - d)] : t.values[h * n + d]);
    p.curves.push_back(std::move(l));
  }
  return p;
}

std::vector<curve_panel> rotation_panels(const encoding& e, const model_extents& x, int length) {
  std::vector<curve_panel> all{{"decay: the upper bound of RoPE's paper, section 3.4.3",
                                "mean of |S_m|",
                                {{"bound", decay_bound(e, x, length)}}}};
  const number_table t = encoding_table(e, "rotation", x, length);
  const std::size_t planes = t.shape[2], numbers = t.shape[3];
  curve_panel cosines{"rotation: cosine of the angle", "cosine", {}};
  for (const std::size_t m : spread(planes)) {
    distance_curve l{fmt::format("plane {}", m), {}};
    for (std::size_t d = 0; d < t.shape[1]; ++d) l.y.push_back(t.values[(d * planes + m) * numbers]);
    cosines.curves.push_back(std::move(l));
  }
  if (planes > 0) all.push_back(std::move(cosines));
  return all;
}

}  // namespace

void draw_encoding(const encoding& e, const model_extents& x, int length, const std::filesystem::path& file) {
  std::vector<curve_panel> panels;
  const std::vector<std::string> kinds = table_kinds(e);
  const auto has = [&](std::string_view kind) { return std::ranges::find(kinds, kind) != kinds.end(); };
  if (has("bias")) panels.push_back(bias_panel(e, x, length));
  if (has("rotation"))
    for (curve_panel& p : rotation_panels(e, x, length)) panels.push_back(std::move(p));
  if (panels.empty())
    throw usage_error(
        fmt::format("{} adds no bias and turns nothing, so there is no figure against distance", e.name()));
  draw_panels(panels, fmt::format("{}: {}", e.name(), e.about().title), file);
}

}  // namespace lengthwise
