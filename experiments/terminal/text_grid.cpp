#include "experiments/terminal/text_grid.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace lengthwise {
namespace {

// Columns, not bytes.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

std::string drawn(const text_grid& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = rows[r][0] + std::string(widths[0] - columns(rows[r][0]), ' ');
    for (std::size_t i = 1; i < rows[r].size(); ++i)
      line += std::string(2 + widths[i] - columns(rows[r][i]), ' ') + rows[r][i];
    while (line.ends_with(' ')) line.pop_back();
    text += line + '\n';
    if (r == 0) {
      std::size_t whole = widths[0];
      for (std::size_t i = 1; i < widths.size(); ++i) whole += widths[i] + 2;
      text += std::string(whole, '-') + '\n';
    }
  }
  return text;
}

std::size_t drawn_columns(std::string_view text) {
  std::size_t widest = 0;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) widest = std::max(widest, columns(line));
  return widest;
}

std::string wrapped(std::string_view text, std::size_t width) {
  const std::string indent = "  ";
  std::string all, line;
  std::istringstream in{std::string(text)};
  for (std::string word; in >> word;) {
    if (!line.empty() && columns(line) + 1 + columns(word) > width) all += line + '\n', line = indent;
    line += (line.empty() || line == indent ? "" : " ") + word;
  }
  return all + line + '\n';
}

}  // namespace lengthwise
