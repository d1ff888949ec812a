// The study that command-line words ask for: CONFIG [KEY=VALUE ...].
#pragma once
#include <span>
#include <string>

#include "experiments/sweeps/study.hpp"

namespace lengthwise {

// Reads the file of the first word and applies the others to it.
study study_from_words(std::span<const std::string> words);

}  // namespace lengthwise
