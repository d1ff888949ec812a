// A study as a figure for a paper: perplexity against evaluation length for each protocol, and loss against position.
#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// By indices into measurements::curves.
struct figure_options {
  std::vector<std::size_t> highlighted;  // the others are grey behind them; none: all are in colour
  // Bits per byte above this curve, paired by seed and target, in place of perplexities and of losses by position.
  std::optional<std::size_t> reference;
};

// Draws by gnuplot into an SVG, PDF or PNG, by the file's ending. Curves keep colour, dash and mark in all panels, and
// are labelled where they end; bands are one sample deviation over seeds, of differences the 95 % interval. Throws
// usage_error for another ending and where nothing can be drawn, io_error when gnuplot is missing or fails.
void draw_figure(const measurements&, const std::filesystem::path& file, const figure_options& = {});

}  // namespace lengthwise
