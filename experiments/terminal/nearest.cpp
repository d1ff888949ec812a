#include "experiments/terminal/nearest.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace lengthwise {

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    int diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
  word = word.substr(0, 100);  // a longer one is like none of ours
  std::string best;
  int least = std::numeric_limits<int>::max();
  for (const std::string& candidate : known)
    if (const int distance = edit_distance(word, candidate); distance < least) best = candidate, least = distance;
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const std::string meant = nearest(word, known);
  if (meant.empty() || edit_distance(word.substr(0, 100), meant) > std::max<int>(2, static_cast<int>(word.size()) / 2))
    return "";
  return "; did you mean " + meant + "?";
}

}  // namespace lengthwise
