// Differences between curves, paired: the same target bytes, predicted by models of the same seed, so that what is hard
// for all of them does not blur how they compare.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/measured/measurements.hpp"
#include "experiments/statistics/statistics.hpp"

namespace lengthwise {

// Bits per byte of one curve less those of another.
struct paired_difference {
  sample_statistics over_seeds;  // of the seeds' mean differences
  std::int64_t targets = 0;      // bytes that both predicted, the same for each seed
  double target_interval = 0;    // half the 95 % interval over targets, each with its mean over seeds; neighbouring
                                 // targets depend on each other a little, so it is a lower bound
};

// The losses of every cell at one length by one protocol.
class paired_losses {
 public:
  paired_losses(const measurements&, protocol, int length);
  // By indices into measurements::curves. Nothing where no seed has both, or where they did not predict the same
  // targets.
  std::optional<paired_difference> between(std::size_t curve, std::size_t other) const;

 private:
  struct cell_losses {
    std::string scored_on;
    std::vector<float> losses;  // NaN where a position is not scored
  };
  std::vector<std::map<std::uint64_t, cell_losses>> by_seed_;  // one a curve
};

// For each protocol a table of each curve's difference to the best curve of the column; "" where no losses can be
// compared.
std::string difference_text(const measurements&);

}  // namespace lengthwise
