#include "experiments/drawing/panels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "experiments/drawing/axis_numbers.hpp"
#include "experiments/drawing/curve_labels.hpp"
#include "experiments/drawing/gnuplot.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {

namespace {

// Dashes and marks tell apart what shares a colour, also in print without colours.
constexpr std::array dashes{"1", "'-'", "'.-'", "'..-'"};
constexpr std::array marks{7, 5, 9, 11, 13, 4, 6, 8, 10, 12};

// Inches.
constexpr double panel_width = 5.5, single_width = 7.2, least_row_height = 3.7, tallest_row = 60;
constexpr double label_line = 0.2, character_width = 0.1, above = 0.33, below = 0.56;
constexpr std::size_t longest_label = 48;

std::string_view colour_of(const drawn_curve& c) {
  return c.faint ? "#b4b4b4" : figure_colours[c.style % figure_colours.size()];
}
std::string_view dash_of(const drawn_curve& c) { return dashes[(c.style / figure_colours.size()) % dashes.size()]; }

struct axis_range {
  double low, high;
  axis_scale scale = axis_scale::logarithmic;
  double place(double value) const {
    return scale == axis_scale::linear ? (value - low) / (high - low) : std::log(value / low) / std::log(high / low);
  }
  std::vector<axis_number> numbers() const {
    return scale == axis_scale::linear ? linear_axis_numbers(low, high) : axis_numbers(low, high);
  }
};
struct panel_ranges {
  axis_range x, y;
};

// A band that reaches below what the axis can show ends at its foot, and takes no room from the curves.
axis_range logarithmic_range(const drawn_panel& p) {
  axis_range y{1e300, 0};
  for (const drawn_curve& c : p.curves)
    for (const drawn_point& q : c.points)
      y.low = std::min(y.low, std::max(q.low, q.y / 2)), y.high = std::max(y.high, q.high);
  const double margin = std::max(std::pow(y.high / y.low, 0.05), 1.01);
  return {y.low / margin, y.high * margin};
}
axis_range linear_range(const drawn_panel& p) {
  axis_range y{1e300, -1e300, axis_scale::linear};
  for (const drawn_curve& c : p.curves)
    for (const drawn_point& q : c.points) y.low = std::min(y.low, q.y), y.high = std::max(y.high, q.y);
  const double span = std::max(y.high - y.low, 1e-3), lowest = y.low - span / 2, highest = y.high + span / 2;
  for (const drawn_curve& c : p.curves)
    for (const drawn_point& q : c.points)
      y.low = std::clamp(q.low, lowest, y.low), y.high = std::clamp(q.high, y.high, highest);
  return {y.low - 0.05 * span, y.high + 0.05 * span, axis_scale::linear};
}
panel_ranges ranges_of(const drawn_panel& p) {
  panel_ranges r{{1e300, 0}, p.y == axis_scale::linear ? linear_range(p) : logarithmic_range(p)};
  for (const drawn_curve& c : p.curves)
    for (const drawn_point& q : c.points) r.x.low = std::min(r.x.low, q.x), r.x.high = std::max(r.x.high, q.x);
  const double beside = r.x.high > r.x.low ? 1.04 : 1.5;
  r.x.low /= beside, r.x.high *= beside;
  return r;
}

// How the whole is divided, in inches.
struct layout {
  std::size_t columns, rows;
  double column_width, row_height, number_room, label_room;

  double width() const { return column_width * static_cast<double>(columns); }
  double height() const { return row_height * static_cast<double>(rows) + 0.2; }
  double plot_width() const { return column_width - number_room - label_room; }
  double plot_height() const { return row_height - above - below; }
  // Between labels, as a share of a panel's height.
  double label_gap() const { return label_line / plot_height(); }
};

layout layout_of(const std::vector<drawn_panel>& panels) {
  layout l{panels.size() > 1 ? std::size_t{2} : 1, 0, 0, 0, 0, 0};
  l.rows = (panels.size() + l.columns - 1) / l.columns;
  std::size_t longest = 4, most = 1, digits = 3;
  for (const drawn_panel& p : panels) {
    most = std::max(most, p.curves.size());
    const axis_range y = ranges_of(p).y;
    for (const axis_number& n : y.numbers()) digits = std::max(digits, n.text.size());
    for (const drawn_curve& c : p.curves) longest = std::max(longest, characters_of(c.label + c.end));
  }
  l.number_room = character_width * static_cast<double>(digits) + 0.5;
  l.label_room = character_width * static_cast<double>(longest) + 0.15;
  // Long labels take their room beside the curves and not from them.
  l.column_width = std::max(l.columns == 1 ? single_width : panel_width, l.number_room + 3.2 + l.label_room);
  l.row_height = std::clamp(label_line * static_cast<double>(most + 1) + above + below, least_row_height,
                            tallest_row / static_cast<double>(l.rows));
  return l;
}

// Where labels stand: at their curves' ends, pushed apart where they would overlap.
std::vector<double> label_heights(const drawn_panel& p, const axis_range& y, double gap) {
  std::vector<std::size_t> order(p.curves.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto height = [&](std::size_t i) { return y.place(p.curves[i].points.back().y); };
  std::ranges::sort(order, {}, height);
  if (order.size() > 1) gap = std::min(gap, 0.98 / static_cast<double>(order.size() - 1));
  std::vector<double> at(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) at[k] = std::max(height(order[k]), k == 0 ? 0.01 : at[k - 1] + gap);
  double ceiling = 0.99;
  for (std::size_t k = order.size(); k-- > 0; ceiling = at[k] - gap) at[k] = std::min(at[k], ceiling);
  std::vector<double> heights(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) heights[order[k]] = at[k];
  return heights;
}

std::string tics(std::string_view axis, const std::vector<axis_number>& numbers) {
  std::string list;
  for (const axis_number& n : numbers) list += fmt::format("{}'{}' {:.17g}", list.empty() ? "" : ", ", n.text, n.at);
  return fmt::format("set {}tics ({})\nunset m{}tics\n", axis, list, axis);
}

std::string size_of(const layout& l, std::string_view terminal) {
  if (terminal == "pdfcairo")
    return fmt::format("size {:.3f}in,{:.3f}in font 'Liberation Sans,11' linewidth 1", l.width(), l.height());
  if (terminal == "svg")
    return fmt::format(
        "size {:.0f},{:.0f} font 'Liberation Sans,Helvetica,Arial,sans-serif,13' linewidth 1 background '#ffffff'",
        l.width() * 96, l.height() * 96);
  return fmt::format(
      "size {:.0f},{:.0f} font 'Liberation Sans,11' fontscale 2 linewidth 2 pointscale 2 background '#ffffff'",
      l.width() * 192, l.height() * 192);
}

std::string labels_of(const drawn_panel& p, const panel_ranges& r, double gap, figure_words& words) {
  std::string s;
  const std::vector<double> heights = label_heights(p, r.y, gap);
  for (std::size_t k = 0; k < p.curves.size(); ++k) {
    const drawn_curve& c = p.curves[k];
    s += fmt::format("set label {} at graph 1.035,{:.4f} left tc rgb '{}' noenhanced\n", words.of(c.label + c.end),
                     heights[k], colour_of(c));
    const drawn_point& end = c.points.back();
    if (r.x.place(end.x) < 0.9) continue;
    // A thin line leads from a curve's end to its label, a dotted one where the label had to move.
    s += fmt::format("set arrow from {},{} to graph 1.03,{:.4f} nohead lc rgb '{}' lw 0.5 {} front\n", end.x, end.y,
                     heights[k], colour_of(c), std::abs(r.y.place(end.y) - heights[k]) > gap / 2 ? "dt 3" : "");
  }
  return s;
}

std::string curves_of(const drawn_panel& p, const panel_ranges& r) {
  std::string bands, lines, data;
  for (std::size_t k = 0; k < p.curves.size(); ++k) {
    const drawn_curve& c = p.curves[k];
    data += fmt::format("$curve{} << EOD\n", k);
    bool spread = false;
    for (const drawn_point& q : c.points) {
      data += fmt::format("{} {} {} {}\n", q.x, q.y, std::max(q.low, r.y.low), std::min(q.high, r.y.high));
      spread = spread || q.high > q.low;
    }
    data += "EOD\n";
    if (spread && !c.faint)
      bands += fmt::format("$curve{} using 1:3:4 with filledcurves fc rgb '{}', ", k, colour_of(c));
    const bool marked = c.points.size() <= 12;
    lines += fmt::format("$curve{} using 1:2 with {} lc rgb '{}' lw {} dt {} {}, ", k, marked ? "linespoints" : "lines",
                         colour_of(c), c.faint ? 1.0 : 1.8, dash_of(c),
                         marked ? fmt::format("pt {} ps 0.7", marks[c.style % marks.size()]) : "");
  }
  std::string all = bands + lines;
  all.resize(all.size() - 2);
  return data + "plot " + all + "\n";
}

std::string script_of(const drawn_panel& p, const layout& l, std::size_t index, figure_words& words) {
  const panel_ranges r = ranges_of(p);
  const double x0 = l.column_width * static_cast<double>(index % l.columns),
               y1 = l.height() - l.row_height * static_cast<double>(index / l.columns);
  std::string s = fmt::format(
      "set lmargin at screen {:.4f}\nset rmargin at screen {:.4f}\nset tmargin at screen {:.4f}\nset bmargin at screen "
      "{:.4f}\n",
      (x0 + l.number_room) / l.width(), (x0 + l.number_room + l.plot_width()) / l.width(), (y1 - above) / l.height(),
      (y1 - l.row_height + below) / l.height());
  s += fmt::format(
      "set title {} noenhanced offset 0,-0.4 tc rgb '#222222'\nset xlabel {} noenhanced offset 0,0.3 tc rgb "
      "'#222222'\nset ylabel {} noenhanced offset 0.2,0 tc rgb '#222222'\n",
      words.of(p.title), words.of(p.x_axis), words.of(p.y_axis));
  s += fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", r.x.low, r.x.high, r.y.low, r.y.high);
  s += tics("x", p.places.empty() ? axis_numbers(r.x.low, r.x.high)
                                  : axis_numbers_at(p.places, r.x.low, r.x.high, l.plot_width() / character_width));
  s += fmt::format("{} logscale y\n", p.y == axis_scale::linear ? "unset" : "set");
  s += tics("y", r.y.numbers());
  s += "unset label\nunset arrow\n";
  for (const int at : p.marked) {
    if (at < r.x.low || at > r.x.high) continue;
    s += fmt::format("set arrow from {0},graph 0 to {0},graph 1 nohead lc rgb '#999999' lw 1.2 dt 3 back\n", at);
    // Words stand to the left of the line where there is no room to its right.
    const bool left = r.x.place(at) > 0.7;
    s += fmt::format("set label {} at {},graph 0.97 {} offset {},0 font ',10' tc rgb '#666666' noenhanced\n",
                     words.of(fmt::format("trained at {}", grouped(at))), at, left ? "right" : "left",
                     left ? -0.5 : 0.5);
  }
  return s + labels_of(p, r, l.label_gap(), words) + curves_of(p, r);
}

// Each curve's label short enough, the same in all panels.
std::vector<drawn_panel> with_short_labels(std::vector<drawn_panel> panels) {
  std::vector<std::string> labels;
  for (const drawn_panel& p : panels)
    for (const drawn_curve& c : p.curves)
      if (std::ranges::find(labels, c.label) == labels.end()) labels.push_back(c.label);
  const std::vector<std::string> shortened = short_labels(labels, longest_label);
  for (drawn_panel& p : panels)
    for (drawn_curve& c : p.curves)
      c.label = shortened[static_cast<std::size_t>(std::ranges::find(labels, c.label) - labels.begin())];
  return panels;
}

}  // namespace

void draw_panels(const std::vector<drawn_panel>& given, const std::filesystem::path& file) {
  std::vector<drawn_panel> panels = with_short_labels(given);
  std::erase_if(panels, [](const drawn_panel& p) { return p.curves.empty(); });
  for (drawn_panel& p : panels)
    std::stable_partition(p.curves.begin(), p.curves.end(), [](const drawn_curve& c) { return c.faint; });
  draw_with_gnuplot(file, [&](std::string_view terminal, figure_words& words) {
    const layout l = layout_of(panels);
    std::string s = fmt::format("set terminal {} {} enhanced\n{}", terminal, size_of(l, terminal), figure_output);
    s += "set encoding utf8\nset datafile separator ' '\nunset key\nset border 3 lc rgb '#666666'\nset tics nomirror "
         "out scale 0.6,0.3 tc rgb '#222222'\n"
         "set grid ytics lc rgb '#e4e4e4' lt 1 lw 0.7\nset style fill transparent solid 0.16 noborder\nset logscale "
         "x\nset multiplot\n";
    for (std::size_t i = 0; i < panels.size(); ++i) s += script_of(panels[i], l, i, words);
    return s + "unset multiplot\nset output\n";
  });
}

}  // namespace lengthwise
