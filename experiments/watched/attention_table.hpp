// What attention did, as tables for a terminal.
#pragma once
#include <filesystem>
#include <string>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// Of a trained cell: a row for each evaluation and layer, means over heads; "" where nothing is recorded. Throws
// damaged_file.
std::string attention_text(const std::filesystem::path& cell);
// Of a curve: a row for each length, means over seeds, layers and heads; "" where nothing is recorded.
std::string attention_text(const curve&);

}  // namespace lengthwise
