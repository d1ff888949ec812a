// A frozen study as one that can be run: gone on with, or extended.
#pragma once
#include <filesystem>
#include <span>
#include <string>

#include "experiments/sweeps/study.hpp"

namespace lengthwise {

// The study of DIR/study.json. Of the words (KEY=VALUE), those of evaluate and view change how every cell is evaluated;
// any other adds cells: each there is once more with each new value, as far as it is not there yet. Throws usage_error.
study study_of_folder(const std::filesystem::path& folder, std::span<const std::string> words);

}  // namespace lengthwise
