// Curves against distance, a panel under the other.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace lengthwise {

struct distance_curve {
  std::string label;
  std::vector<double> y;  // of distances 0, 1, ...
};
struct curve_panel {
  std::string title, y_axis;
  std::vector<distance_curve> curves;
};

// At most `most` of n numbers, the first and the last among them.
std::vector<std::size_t> spread(std::size_t n, std::size_t most = 8);

// Draws into an SVG, PDF or PNG, by the file's ending.
void draw_panels(const std::vector<curve_panel>&, const std::string& title, const std::filesystem::path& file);

}  // namespace lengthwise
