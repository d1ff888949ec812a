#include "experiments/causes/causes_figure.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/drawing/gnuplot.hpp"

namespace lengthwise {
namespace {

struct line {
  const char *name, *style;
  std::optional<estimate> causes::*value;
};
// Colours that colour-blind readers can tell apart; the whole is black and thick.
constexpr line lines[] = {{"harm", "lw 3 lc rgb '#000000'", &causes::harm},
                          {"number of keys", "lw 2 lc rgb '#0072B2'", &causes::number},
                          {"unseen distances", "lw 2 lc rgb '#D55E00'", &causes::distance},
                          {"unseen positions", "lw 2 lc rgb '#009E73'", &causes::position},
                          {"dilution", "lw 2 dt 2 lc rgb '#CC79A7'", &causes::dilution},
                          {"far text", "lw 2 dt 3 lc rgb '#E69F00'", &causes::use}};

std::string script_of(const std::vector<explanation>& all, const std::vector<std::string>& labels,
                      std::string_view terminal, figure_words& words) {
  const auto columns = std::min<std::size_t>(3, labels.size()), rows = (labels.size() + columns - 1) / columns;
  const double width = 4.2 * static_cast<double>(columns) + 0.4, height = 3.2 * static_cast<double>(rows) + 0.9;
  std::string s = figure_canvas(terminal, width, height);
  s += fmt::format(
      "set logscale x 2\nset xzeroaxis lt 1 lc rgb '#999999'\nset xlabel 'evaluation length (bytes)'\n"
      "set ylabel 'bits per byte'\nset key top left reverse Left samplen 2\nset multiplot layout {},{}\n",
      rows, columns);
  for (std::size_t k = 0; k < labels.size(); ++k) {
    std::vector<std::string> plots, ticks;
    for (std::size_t l = 0; l < std::size(lines); ++l) {
      std::string points;
      for (const explanation& e : all)
        if (e.label == labels[k] && e.found && (*e.found).*lines[l].value) {
          const estimate& v = *((*e.found).*lines[l].value);
          points += fmt::format("{} {} {} {}\n", e.length, v.value, v.value - v.interval(), v.value + v.interval());
          if (l == 0) ticks.push_back(fmt::format("{}", e.length));
        }
      if (points.empty()) continue;
      s += fmt::format("$p{}_{} << EOD\n{}EOD\n", k, l, points);
      plots.push_back(fmt::format("$p{0}_{1} using 1:2:3:4 with yerrorlines pt 7 ps 0.4 {2} title '{3}'", k, l,
                                  lines[l].style, k == 0 ? lines[l].name : ""));
    }
    if (plots.empty()) continue;
    s += fmt::format("set title {} noenhanced\nset xtics ({})\nplot {}\n", words.of(labels[k]), fmt::join(ticks, ", "),
                     fmt::join(plots, ", "));
  }
  return s + "unset multiplot\n";
}

}  // namespace

void draw_causes(const std::vector<explanation>& all, const std::filesystem::path& file) {
  std::vector<std::string> labels;
  for (const explanation& e : all)
    if (e.found && std::ranges::find(labels, e.label) == labels.end()) labels.push_back(e.label);
  if (labels.empty())
    throw usage_error(fmt::format("{}: nothing was measured that could be drawn", printable(file.string())));
  draw_with_gnuplot(
      file, [&](std::string_view terminal, figure_words& words) { return script_of(all, labels, terminal, words); });
}

}  // namespace lengthwise
