// The study that command-line words ask for: CONFIG [KEY=VALUE ...].
#pragma once
#include <span>
#include <string>

#include "experiments/sweeps/study.hpp"

namespace lengthwise {

// Reads the file of the first word, applies the others to it and identifies the texts.
study study_from_words(std::span<const std::string> words);

// Gives every text of one's own its digest, by which a config is known wherever the text lies; one that cannot be read
// is left without. Throws usage_error where two cells have the same text by two names.
void identify_texts(study&);
// The same for one. Throws data_error where it cannot be read.
void identify_text(corpus_config&);

}  // namespace lengthwise
