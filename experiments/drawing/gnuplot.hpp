// gnuplot, which draws every figure.
#pragma once
#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

// Okabe and Ito's colours, which colour-blind readers can tell apart; their yellow is too light for lines.
inline constexpr std::array figure_colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                           "#000000", "#E69F00", "#56B4E9", "#7F5539"};

// The words of a figure. gnuplot gets them as lines of a data block and never within a command: whatever a label says,
// it is a label.
class figure_words {
 public:
  // What stands in a script for this text: an expression whose value it is.
  std::string of(std::string_view text);
  // The data block, which stands before the commands.
  std::string block() const;

 private:
  std::vector<std::string> words_;
};

// The commands that draw with this terminal ("svg", "pdfcairo", "pngcairo"), beginning with `set terminal` and
// figure_output.
using gnuplot_script = std::function<std::string(std::string_view terminal, figure_words&)>;
inline constexpr std::string_view figure_output = "set output 'figure'\n";

// The commands that a figure of this size in inches begins with.
std::string figure_canvas(std::string_view terminal, double width, double height);

// Draws an SVG, PDF or PNG, by the file's ending, and moves it into place when it is whole. gnuplot sees neither the
// user's start files nor settings in the environment. Throws usage_error for another ending, io_error when gnuplot is
// missing, fails or draws no whole figure.
void draw_with_gnuplot(const std::filesystem::path& file, const gnuplot_script& script);

}  // namespace lengthwise
