// How curves compare at one length by one protocol: the best, and which of the others cannot be told from it.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "experiments/measured/differences.hpp"

namespace lengthwise {

struct ranked_curve {
  std::size_t curve;                       // of measurements::curves
  std::optional<paired_difference> above;  // the best; nothing where the losses are not there
  bool told_apart = false;                 // the interval of the difference does not reach 0
};

// The interval of the difference does not reach 0.
bool told_apart(const paired_difference&);
// "+0.125 ±0.020*", with a star where it is told apart; "- " where there is none.
std::string entry_of(const std::optional<paired_difference>&);

// Of the curves that were scored on the same targets (the most that were): the one of the lowest mean perplexity, and
// the others, nearest first. Differences are paired by seed and target.
struct ranking {
  std::optional<std::size_t> best;
  std::vector<ranked_curve> others;

  bool is_tied(std::size_t curve) const;
};
ranking rank(const measurements&, protocol, int length);

// "forgetting is best at 256 by 0.007 ±0.041 bits per byte: a tie with kerple_power and 2 others"
std::string sentence_of(const ranking&, const measurements&, int length);

}  // namespace lengthwise
