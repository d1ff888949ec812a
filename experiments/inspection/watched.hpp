// What a trained cell's attention did, where its evaluations recorded it (evaluate.attention).
#pragma once
#include <filesystem>
#include <string>

namespace lengthwise {

// A table: a row for each evaluation and layer, means over heads; "" where nothing is recorded. Throws damaged_file.
std::string watched_text(const std::filesystem::path& cell);

}  // namespace lengthwise
