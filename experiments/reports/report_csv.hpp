// A study's numbers as CSV (RFC 4180), for other programs.
#pragma once
#include <string>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// One line a cell, length and protocol.
std::string csv_text(const measurements&);
// One line a curve, length and protocol: the mean over seeds, its sample deviation and its 95 % interval. A perplexity
// beyond a double is left out.
std::string means_csv(const measurements&);
// One line a pair of curves, length and protocol: the difference in bits per byte, paired by seed and target.
std::string differences_csv(const measurements&);
// One line a curve and length: where the loss by position settles, and from where it rises. No position: it does
// neither.
std::string context_csv(const measurements&);

// One line a curve, protocol, length and band of distances: how answers were given.
std::string use_csv(const measurements&);

}  // namespace lengthwise
