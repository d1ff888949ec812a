#include "experiments/figures/curve_panels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/drawing/gnuplot.hpp"

namespace lengthwise {
namespace {

std::string script_of(const std::vector<curve_panel>& panels, const std::string& title, std::string_view terminal,
                      figure_words& words) {
  const double width = 7.5, height = 3.4 * static_cast<double>(panels.size()) + 0.4;
  std::string s = figure_canvas(terminal, width, height);
  s += fmt::format(
      "set key outside right noenhanced\nset xlabel 'distance'\nset multiplot layout {},1 title {} noenhanced\n",
      panels.size(), words.of(title));
  std::size_t number = 0;
  for (const curve_panel& p : panels) {
    std::string plot;
    for (std::size_t k = 0; k < p.curves.size(); ++k, ++number) {
      s += fmt::format("$line{} << EOD\n", number);
      for (std::size_t d = 0; d < p.curves[k].y.size(); ++d) s += fmt::format("{} {}\n", d, p.curves[k].y[d]);
      s += "EOD\n";
      plot += fmt::format("{}$line{} using 1:2 with lines lw 1.8 lc rgb '{}' dt {} title {}", k == 0 ? "plot " : ", ",
                          number, figure_colours[k % figure_colours.size()], k / figure_colours.size() + 1,
                          words.of(p.curves[k].label));
    }
    s += fmt::format("set title {} noenhanced\nset ylabel {} noenhanced\n{}\n", words.of(p.title), words.of(p.y_axis),
                     plot);
  }
  return s + "unset multiplot\nset output\n";
}

}  // namespace

std::vector<std::size_t> spread(std::size_t n, std::size_t most) {
  std::vector<std::size_t> chosen;
  const std::size_t count = std::min(n, most);
  for (std::size_t k = 0; k < count; ++k) chosen.push_back(count < 2 ? 0 : k * (n - 1) / (count - 1));
  return chosen;
}

void draw_panels(const std::vector<curve_panel>& panels, const std::string& title, const std::filesystem::path& file) {
  draw_with_gnuplot(
      file, [&](std::string_view terminal, figure_words& words) { return script_of(panels, title, terminal, words); });
}

}  // namespace lengthwise
