// Tables of text for a terminal.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lengthwise {

using text_grid = std::vector<std::vector<std::string>>;

// The first row over a rule, the first column at the left, the others at the right of theirs. Rows are equally long.
std::string drawn(const text_grid&);

// The columns that a text takes, its widest line's where it has several.
std::size_t drawn_columns(std::string_view text);
// Words in lines of at most so many columns, the second and later ones indented; ends with a line break.
std::string wrapped(std::string_view text, std::size_t columns);

}  // namespace lengthwise
