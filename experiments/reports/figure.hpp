// A study as a figure for a paper: perplexity against evaluation length for each protocol, and loss against position.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// Draws by gnuplot into an SVG, PDF or PNG, by the file's ending. Curves keep colour, dash and mark in all panels, and
// are labelled where they end; bands are one sample deviation over seeds. Where some of the curves are highlighted, by
// their indices, the others are grey behind them. Throws usage_error for another ending, io_error when gnuplot is
// missing or fails.
void draw_figure(const measurements&, const std::filesystem::path& file, std::span<const std::size_t> highlighted = {});

}  // namespace lengthwise
