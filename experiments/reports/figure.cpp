#include "experiments/reports/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "experiments/drawing/gnuplot.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// Dashes and marks tell apart what shares a colour, also in print without colours.
constexpr std::array dashes{"1", "'-'", "'.-'", "'..-'"};
constexpr std::array marks{7, 5, 9, 11, 13, 4, 6, 8, 10, 12};

constexpr double label_gap = 0.052;  // between labels, as a share of a panel's height

struct point {
  double x, y, low, high;
};
struct line {
  std::string label;
  std::size_t style;
  std::vector<point> points;
};
struct panel {
  std::string title, x_axis, y_axis;
  std::vector<line> lines;
  std::vector<int> trained;
};

std::string_view title_of(protocol p) {
  switch (p) {
    case protocol::non_overlapping: return "non-overlapping windows";
    case protocol::sliding: return "sliding windows";
    case protocol::fixed_targets: return "fixed targets";
  }
  return "";
}

std::string dash_of(std::size_t style) { return dashes[(style / figure_colours.size()) % dashes.size()]; }

std::vector<panel> panels_of(const measurements& m) {
  std::vector<panel> panels;
  std::vector<int> trained;
  for (const curve& c : m.curves)
    if (std::ranges::find(trained, c.train_length()) == trained.end()) trained.push_back(c.train_length());
  for (const protocol p : m.protocols()) {
    panel made{std::string(title_of(p)), "evaluation length (bytes)", "perplexity", {}, trained};
    int beyond = 0;
    for (std::size_t i = 0; i < m.curves.size(); ++i) {
      line l{m.curves[i].label, i, {}};
      for (const int length : m.lengths()) {
        const summary s = summarize(m.curves[i], p, length, quantity::perplexity);
        if (!s.finite()) {
          beyond += s.ok();
          continue;
        }
        const sample_statistics& v = s.over_seeds;
        l.points.push_back(
            {static_cast<double>(length), v.mean, std::max(v.mean - v.deviation, v.mean / 100), v.mean + v.deviation});
      }
      if (l.points.empty()) continue;
      // Its label stands at the right like all others, and must not seem to say that the curve went on.
      if (const int end = static_cast<int>(l.points.back().x); end < m.lengths().back())
        l.label += fmt::format(" (to {})", grouped(end));
      made.lines.push_back(std::move(l));
    }
    if (beyond > 0) made.title += fmt::format(" ({} {} not shown)", beyond, beyond_text);
    panels.push_back(std::move(made));
  }
  panel by_position{
      "loss at each position, windows side by side", "position in the window (bytes)", "bits per byte", {}, trained};
  for (std::size_t i = 0; i < m.curves.size(); ++i) {
    line l{m.curves[i].label, i, {}};
    for (const position_loss& q : loss_by_position(m.curves[i]))
      l.points.push_back({q.position, q.bits, q.bits - q.deviation, q.bits + q.deviation});
    // The curve is of the longest window that the encoding has a meaning for.
    const auto measured = [&](int length) {
      return summarize(m.curves[i], protocol::non_overlapping, length, quantity::perplexity).status ==
             evaluation_status::ok;
    };
    const std::vector<int> lengths = m.lengths();
    const auto longest = std::find_if(lengths.rbegin(), lengths.rend(), measured);
    if (longest != lengths.rend() && longest != lengths.rbegin()) l.label += fmt::format(" (to {})", grouped(*longest));
    if (!l.points.empty()) by_position.lines.push_back(std::move(l));
  }
  if (!by_position.lines.empty()) panels.push_back(std::move(by_position));
  return panels;
}

// Where labels stand on a logarithmic axis: at their curves' ends, pushed apart where they would overlap.
std::vector<double> label_heights(const panel& p, double low, double high) {
  std::vector<std::size_t> order(p.lines.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto height = [&](std::size_t i) { return std::log(p.lines[i].points.back().y / low) / std::log(high / low); };
  std::ranges::sort(order, {}, height);
  std::vector<double> at(order.size());
  for (std::size_t k = 0; k < order.size(); ++k)
    at[k] = std::max(height(order[k]), k == 0 ? 0.01 : at[k - 1] + label_gap);
  double ceiling = 0.99;
  for (std::size_t k = order.size(); k-- > 0; ceiling = at[k] - label_gap) at[k] = std::min(at[k], ceiling);
  std::vector<double> heights(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) heights[order[k]] = at[k];
  return heights;
}

// 1, 2, 5 times powers of ten within the range, and the space between them where the range is short.
std::string tics(double low, double high) {
  std::string list;
  for (const bool fine : {false, true}) {
    list.clear();
    int count = 0;
    for (int decade = static_cast<int>(std::floor(std::log10(low)));
         decade <= static_cast<int>(std::ceil(std::log10(high))); ++decade)
      for (const double step : fine ? std::vector{1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0}
                                    : std::vector{1.0, 2.0, 5.0}) {
        const double x = step * std::pow(10.0, decade);
        if (x < low * 0.999 || x > high * 1.001) continue;
        list += fmt::format("{}{:g}", count == 0 ? "" : ", ", x);
        ++count;
      }
    if (count >= 3) break;
  }
  return list;
}

std::string script_of(const measurements& m, std::string_view terminal, const fs::path& output) {
  const std::vector<panel> panels = panels_of(m);
  const std::size_t columns = panels.size() > 1 ? 2 : 1, rows = (panels.size() + columns - 1) / columns;
  // Room to the right of each panel for the longest label.
  std::size_t longest = 4;
  for (const panel& p : panels)
    for (const line& l : p.lines) longest = std::max(longest, l.label.size());
  const double label_room = std::min(0.2, 0.0082 * static_cast<double>(longest) + 0.012);

  const double width = columns == 1 ? 7.2 : 11, height = 3.7 * static_cast<double>(rows) + 0.4;
  std::string size;
  if (terminal == "pdfcairo")
    size = fmt::format("size {}in,{}in font 'Liberation Sans,11' linewidth 1", width, height);
  else if (terminal == "svg")
    size = fmt::format(
        "size {:.0f},{:.0f} font 'Liberation Sans,Helvetica,Arial,sans-serif,13' linewidth 1 background '#ffffff'",
        width * 96, height * 96);
  else
    size = fmt::format(
        "size {:.0f},{:.0f} font 'Liberation Sans,11' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'",
        width * 192, height * 192);

  std::string s =
      fmt::format("set terminal {} {} enhanced\nset output {}\n", terminal, size, gnuplot_quoted(output.string()));
  s += "set encoding utf8\nset datafile separator ' '\nunset key\nset border 3 lc rgb '#666666'\nset tics nomirror out "
       "scale 0.6,0.3 tc rgb '#222222'\n"
       "set grid ytics lc rgb '#e4e4e4' lt 1 lw 0.7\nset style fill transparent solid 0.16 noborder\nset logscale xy\n";
  s += "set multiplot\n";
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const panel& p = panels[i];
    if (p.lines.empty()) continue;
    double left = 1e300, right = 0, low = 1e300, high = 0;
    for (const line& l : p.lines)
      for (const point& q : l.points)
        left = std::min(left, q.x), right = std::max(right, q.x), low = std::min(low, q.low),
        high = std::max(high, q.high);
    const double margin = std::max(std::pow(high / low, 0.05), 1.01);
    low /= margin, high *= margin;
    if (right <= left) left /= 1.5, right *= 1.5;

    const double cell_width = 1.0 / static_cast<double>(columns), cell_height = 1.0 / static_cast<double>(rows);
    const double x0 = cell_width * static_cast<double>(i % columns),
                 y1 = 1 - cell_height * static_cast<double>(i / columns);
    s += fmt::format(
        "set lmargin at screen {:.4f}\nset rmargin at screen {:.4f}\nset tmargin at screen {:.4f}\nset bmargin at "
        "screen {:.4f}\n",
        x0 + 0.065 / (columns == 1 ? 0.7 : 1), x0 + cell_width - label_room, y1 - 0.085 * cell_height,
        y1 - cell_height + 0.15 * cell_height);
    s += fmt::format(
        "set title {} noenhanced offset 0,-0.4 tc rgb '#222222'\nset xlabel {} noenhanced offset 0,0.3 tc rgb "
        "'#222222'\n"
        "set ylabel {} noenhanced offset 1,0 tc rgb '#222222'\n",
        gnuplot_quoted(p.title), gnuplot_quoted(p.x_axis), gnuplot_quoted(p.y_axis));
    s += fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", left / 1.04, right * 1.04, low, high);
    // Lengths are powers of two; a panel of positions begins at 1.
    std::string x_tics;
    for (double x = std::pow(2, std::ceil(std::log2(left) - 1e-9)); x <= right * 1.001; x *= right / left > 300 ? 4 : 2)
      x_tics += fmt::format("{}'{}' {:g}", x_tics.empty() ? "" : ", ", grouped(x), x);
    s += fmt::format("set xtics ({})\nset ytics ({})\nunset mxtics\nunset mytics\n", x_tics, tics(low, high));

    s += "unset label\nunset arrow\n";
    for (const int trained : p.trained) {
      if (trained < left || trained > right) continue;
      s += fmt::format("set arrow from {0},graph 0 to {0},graph 1 nohead lc rgb '#999999' lw 1.2 dt 3 back\n", trained);
      // At the left edge the words stand to the right of the line.
      s += fmt::format(
          "set label 'trained at {}' at {},graph 0.97 left offset 0.5,0 font ',10' tc rgb '#666666' noenhanced\n",
          grouped(trained), trained);
    }
    const std::vector<double> heights = label_heights(p, low, high);
    for (std::size_t k = 0; k < p.lines.size(); ++k) {
      const line& l = p.lines[k];
      const std::string_view colour = figure_colours[l.style % figure_colours.size()];
      s += fmt::format("set label {} at graph 1.035,{:.4f} left tc rgb '{}' noenhanced\n", gnuplot_quoted(l.label),
                       heights[k], colour);
      const point& end = l.points.back();
      if (end.x < right * 0.9) continue;
      // A thin line leads from a curve's end to its label, a dotted one where the label had to move.
      const double own = std::log(end.y / low) / std::log(high / low);
      s += fmt::format("set arrow from {},{} to graph 1.03,{:.4f} nohead lc rgb '{}' lw 0.5 {} front\n", end.x, end.y,
                       heights[k], colour, std::abs(own - heights[k]) > label_gap / 2 ? "dt 3" : "");
    }
    std::string bands, lines, data;
    for (std::size_t k = 0; k < p.lines.size(); ++k) {
      const line& l = p.lines[k];
      const std::string_view colour = figure_colours[l.style % figure_colours.size()];
      data += fmt::format("$curve{} << EOD\n", k);
      bool spread = false;
      for (const point& q : l.points) {
        data += fmt::format("{} {} {} {}\n", q.x, q.y, q.low, q.high);
        spread = spread || q.high > q.low;
      }
      data += "EOD\n";
      if (spread) bands += fmt::format("$curve{} using 1:3:4 with filledcurves fc rgb '{}', ", k, colour);
      const bool marked = l.points.size() <= 12;
      lines += fmt::format("$curve{} using 1:2 with {} lc rgb '{}' lw 1.8 dt {} {}, ", k,
                           marked ? "linespoints" : "lines", colour, dash_of(l.style),
                           marked ? fmt::format("pt {} ps 0.7", marks[l.style % marks.size()]) : "");
    }
    std::string all = bands + lines;
    all.resize(all.size() - 2);
    s += data + "plot " + all + "\n";
  }
  return s + "unset multiplot\nset output\n";
}

}  // namespace

void draw_figure(const measurements& m, const fs::path& file) {
  draw_with_gnuplot(file,
                    [&](std::string_view terminal, const fs::path& output) { return script_of(m, terminal, output); });
}

}  // namespace lengthwise
