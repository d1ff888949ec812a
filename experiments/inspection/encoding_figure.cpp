#include "experiments/inspection/encoding_figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/storage/errors.hpp"
#include "experiments/drawing/gnuplot.hpp"
#include "experiments/inspection/encoding_tables.hpp"

namespace lengthwise {
namespace {

struct line {
  std::string label;
  std::vector<double> y;  // of distances 0, 1, ...
};
struct panel {
  std::string title, y_axis;
  std::vector<line> lines;
};

// At most eight of n, the first and the last among them.
std::vector<std::size_t> spread(std::size_t n) {
  std::vector<std::size_t> chosen;
  const std::size_t count = std::min<std::size_t>(n, 8);
  for (std::size_t k = 0; k < count; ++k) chosen.push_back(count < 2 ? 0 : k * (n - 1) / (count - 1));
  return chosen;
}

panel bias_panel(const encoding& e, const model_extents& x, int length) {
  const number_table t = encoding_table(e, "bias", x, length);
  const auto n = static_cast<std::size_t>(length);
  const bool square = t.shape.size() == 3;
  panel p{square ? fmt::format("bias of the query at position {}", length - 1) : "bias", "added to the logit", {}};
  for (const std::size_t h : spread(t.shape[0])) {
    line l{fmt::format("head {}", h + 1), {}};
    for (std::size_t d = 0; d < n; ++d)
      l.y.push_back(square ? t.values[(h * n + n - 1) * n + (n - 1 - d)] : t.values[h * n + d]);
    p.lines.push_back(std::move(l));
  }
  return p;
}

std::vector<panel> rotation_panels(const encoding& e, const model_extents& x, int length) {
  std::vector<panel> all{{"decay: the upper bound of RoPE's paper, section 3.4.3",
                          "mean of |S_m|",
                          {{"bound", decay_bound(e, x, length)}}}};
  const number_table t = encoding_table(e, "rotation", x, length);
  const std::size_t planes = t.shape[2], numbers = t.shape[3];
  panel cosines{"rotation: cosine of the angle", "cosine", {}};
  for (const std::size_t m : spread(planes)) {
    line l{fmt::format("plane {}", m), {}};
    for (std::size_t d = 0; d < t.shape[1]; ++d) l.y.push_back(t.values[(d * planes + m) * numbers]);
    cosines.lines.push_back(std::move(l));
  }
  if (planes > 0) all.push_back(std::move(cosines));
  return all;
}

std::string script_of(const encoding& e, const std::vector<panel>& panels, std::string_view terminal,
                      figure_words& words) {
  const double width = 7.5, height = 3.4 * static_cast<double>(panels.size()) + 0.4;
  std::string s = figure_canvas(terminal, width, height);
  s += fmt::format(
      "set key outside right noenhanced\nset xlabel 'distance'\nset multiplot layout {},1 title {} noenhanced\n",
      panels.size(), words.of(fmt::format("{}: {}", e.name(), e.about().title)));
  std::size_t number = 0;
  for (const panel& p : panels) {
    std::string plot;
    for (std::size_t k = 0; k < p.lines.size(); ++k, ++number) {
      s += fmt::format("$line{} << EOD\n", number);
      for (std::size_t d = 0; d < p.lines[k].y.size(); ++d) s += fmt::format("{} {}\n", d, p.lines[k].y[d]);
      s += "EOD\n";
      plot += fmt::format("{}$line{} using 1:2 with lines lw 1.8 lc rgb '{}' dt {} title {}", k == 0 ? "plot " : ", ",
                          number, figure_colours[k % figure_colours.size()], k / figure_colours.size() + 1,
                          words.of(p.lines[k].label));
    }
    s += fmt::format("set title {} noenhanced\nset ylabel {} noenhanced\n{}\n", words.of(p.title), words.of(p.y_axis),
                     plot);
  }
  return s + "unset multiplot\nset output\n";
}

}  // namespace

void draw_encoding(const encoding& e, const model_extents& x, int length, const std::filesystem::path& file) {
  std::vector<panel> panels;
  const std::vector<std::string> kinds = table_kinds(e);
  const auto has = [&](std::string_view kind) { return std::ranges::find(kinds, kind) != kinds.end(); };
  if (has("bias")) panels.push_back(bias_panel(e, x, length));
  if (has("rotation"))
    for (panel& p : rotation_panels(e, x, length)) panels.push_back(std::move(p));
  if (panels.empty())
    throw usage_error(
        fmt::format("{} adds no bias and turns nothing, so there is no figure against distance", e.name()));
  draw_with_gnuplot(
      file, [&](std::string_view terminal, figure_words& words) { return script_of(e, panels, terminal, words); });
}

}  // namespace lengthwise
