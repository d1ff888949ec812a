// How well answers are given by how far back their definition lies, where the best possible is known.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "experiments/measured/measurements.hpp"
#include "experiments/records/result.hpp"
#include "experiments/statistics/statistics.hpp"

namespace lengthwise {

// Answers whose definition begins first .. end - 1 tokens before them. Bits are of one symbol.
struct distance_band {
  std::uint32_t first, end;
  std::int64_t answers = 0;  // scored by every seed
  estimate bits, right;      // means over answers and seeds
  double optimum = 0;        // bits of the best possible: nothing, or a guess where the view leaves the definition out
};

struct use_by_distance {
  int length, trained;
  protocol cut;
  std::size_t seeds;
  double chance_bits, chance_right;  // of a guess
  std::vector<distance_band> bands;  // doubling, with an edge at the trained length; those without answers left out
  std::int64_t outside;              // answers whose definition lies before their window: not scored
  // The share of what there is to gain over a guess, where the definition begins within the trained length and beyond.
  std::optional<estimate> within, beyond;
  // The same of each seed, the worst first: whether a model learned to look up at all hangs on the seed.
  std::vector<double> within_by_seed, beyond_by_seed;
};

// An answer's symbol is one of `alphabet`. One record of each seed, of the same view; the cells' folders hold their
// losses. Nothing where one has no answers, or where they are not the same ones.
using recorded_seed = std::pair<std::filesystem::path, evaluation_record>;
std::optional<use_by_distance> use_of(std::span<const recorded_seed>, int trained, double alphabet);

// recall.alphabet of a curve whose text is that one; nothing for other texts.
std::optional<double> alphabet_of(const curve&);
// Over the seeds of a curve.
std::optional<use_by_distance> use_of(const curve&, protocol, int length);

// The protocol by which use is shown where several were measured: that in which windows are as long as they say.
std::optional<protocol> protocol_of_use(const measurements&);

}  // namespace lengthwise
