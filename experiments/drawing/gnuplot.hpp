// gnuplot, which draws every figure.
#pragma once
#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace lengthwise {

// Okabe and Ito's colours, which colour-blind readers can tell apart; their yellow is too light for lines.
inline constexpr std::array figure_colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                           "#000000", "#E69F00", "#56B4E9", "#7F5539"};

// The script that draws with this terminal ("svg", "pdfcairo", "pngcairo") into this file.
using gnuplot_script = std::function<std::string(std::string_view terminal, const std::filesystem::path& output)>;

// Draws an SVG, PDF or PNG, by the file's ending, and moves it into place when it is whole. Throws usage_error for
// another ending, io_error when gnuplot is missing or fails.
void draw_with_gnuplot(const std::filesystem::path& file, const gnuplot_script& script);

// Text between single quotes of a script.
std::string gnuplot_quoted(std::string_view text);

}  // namespace lengthwise
