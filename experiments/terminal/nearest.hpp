// The known word that a misspelt one was probably meant to be.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace lengthwise {

// Fewest insertions, deletions and replacements that turn one word into the other (Levenshtein, 1966).
int edit_distance(std::string_view a, std::string_view b);
// The word of smallest edit distance, the first of equals; "" when there are no words.
std::string nearest(std::string_view word, std::span<const std::string> known);

// "; did you mean X?", or nothing where no word is near enough to be meant.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace lengthwise
