// Parts of the harm against length, a panel for each curve.
#pragma once
#include <filesystem>

#include "experiments/causes/explanations.hpp"

namespace lengthwise {

// Draws an SVG, PDF or PNG, by the file's ending. Throws usage_error where nothing was measured, and as
// draw_with_gnuplot.
void draw_causes(const std::vector<explanation>&, const std::filesystem::path& file);

}  // namespace lengthwise
