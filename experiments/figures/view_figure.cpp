#include "experiments/figures/view_figure.hpp"

#include <fmt/format.h>

#include "experiments/drawing/gnuplot.hpp"
#include "experiments/inspection/view_card.hpp"

namespace lengthwise {
namespace {

constexpr int planes = 16;

std::string script_of(const view& v, reading_extents x, std::string_view terminal, figure_words& words) {
  constexpr double width = 9, height = 3.8;
  std::string s = figure_canvas(terminal, width, height);
  s += "$distances << EOD\n";
  for (const told_distance& d : distances_told(v, x)) s += fmt::format("{} {}\n", d.distance, d.told);
  s += "EOD\n$frequencies << EOD\n";
  const std::vector<double> factors = frequency_factors(v, x, planes);
  for (int t = 0; t < planes; ++t) s += fmt::format("{} {}\n", t, factors[static_cast<std::size_t>(t)]);
  s += fmt::format(
      "EOD\nset multiplot layout 1,2 title {} noenhanced\nset xlabel 'distance in the text'\nset ylabel 'distance "
      "told'\n"
      "set xrange [0:{}]\nset yrange [0:{}<*]\nset key off\n"
      "set arrow 1 from first {}, graph 0 to first {}, graph 1 nohead dt 2 lc rgb '#999999'\n"
      "plot x with lines lw 1 lc rgb '#cccccc', $distances using 1:2 with points pt 7 ps 0.3 lc rgb '#0072B2'\n"
      "unset arrow 1\nset xlabel 'plane, from the fastest'\nset ylabel 'frequency, times that of training'\n"
      "set xrange [-0.5:{}]\nset yrange [0:1.1<*]\n"
      "plot $frequencies using 1:2 with linespoints pt 7 ps 0.6 lw 1.8 lc rgb '#D55E00'\nunset multiplot\n",
      words.of(fmt::format("{}: {} bytes read after {}", v.name(), x.time, x.trained)), x.time, x.trained, x.trained,
      x.trained, planes - 0.5);
  return s;
}

}  // namespace

void draw_view(const view& v, reading_extents x, const std::filesystem::path& file) {
  draw_with_gnuplot(file,
                    [&](std::string_view terminal, figure_words& words) { return script_of(v, x, terminal, words); });
}

}  // namespace lengthwise
