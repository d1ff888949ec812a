// Tables of text for a terminal.
#pragma once
#include <string>
#include <vector>

namespace lengthwise {

using text_grid = std::vector<std::vector<std::string>>;

// The first row over a rule, the first column at the left, the others at the right of theirs. Rows are equally long.
std::string drawn(const text_grid&);

}  // namespace lengthwise
