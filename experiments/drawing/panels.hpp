// Panels of curves side by side, with a label at the end of each curve.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace lengthwise {

struct drawn_point {
  double x, y, low, high;  // a band from low to high about y, which may reach beyond the axis
};
struct drawn_curve {
  std::string label, end;  // what it is, and what its end means: " (to 1,024)"
  std::size_t style;       // colour, dash and mark
  std::vector<drawn_point> points;
  bool faint = false;  // grey and thin, without a band, behind the others
};
enum class axis_scale { logarithmic, linear };
struct drawn_panel {
  std::string title, x_axis, y_axis;
  std::vector<drawn_curve> curves;
  std::vector<int> marked;                 // where a vertical line stands, "trained at 128"
  std::vector<int> places;                 // what x axis says; none: round numbers
  axis_scale y = axis_scale::logarithmic;  // x is always logarithmic
};

// Draws into an SVG, PDF or PNG, by the file's ending. The canvas grows with the labels: none is left out, and labels
// that differ are drawn different. What stands on a logarithmic axis must be positive. Throws as draw_with_gnuplot.
void draw_panels(const std::vector<drawn_panel>&, const std::filesystem::path& file);

}  // namespace lengthwise
