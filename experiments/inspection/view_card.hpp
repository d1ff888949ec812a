// What a view is, in words: for the terminal, as JSON, and as a page of the documentation.
#pragma once
#include <string>
#include <vector>

#include "core/reading/view.hpp"

namespace lengthwise {

std::string card_text(const view&);
std::string card_json(const view&);
std::string card_page(const view&);

// The encodings that a view is for, and why not for the others.
struct view_fit {
  std::vector<std::string> encodings, problems;
};
view_fit fit_of(const view&);

// The page that lists all views, with the encodings that each is for.
std::string views_page();

// The positions, distances and frequencies that a view gives a reading of so many tokens: of the last query and every
// key that it sees, the distance that it is told against the distance in the window; and of each plane of a head of
// rope, what its frequency is multiplied by, at the last token.
struct told_distance {
  int distance;
  double told;
};
std::vector<told_distance> distances_told(const view&, reading_extents);
std::vector<double> frequency_factors(const view&, reading_extents, int planes);

}  // namespace lengthwise
