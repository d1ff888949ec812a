// Differences between curves, paired: the same target bytes, predicted by models of the same seed, so that what is hard
// for all of them does not blur how they compare.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/measured/block_losses.hpp"
#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// Bits per byte of one curve less those of another.
struct paired_difference {
  estimate mean;
  std::size_t seeds = 0;
  double deviation = 0;      // of the seeds' mean differences
  std::int64_t targets = 0;  // bytes that both predicted, the same for each seed
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
    block_losses losses;
  };
  std::vector<std::map<std::uint64_t, cell_losses>> by_seed_;  // one a curve
};

// For each protocol a table of each curve's difference to the best curve of the column; "" where no losses can be
// compared.
std::string difference_text(const measurements&);

}  // namespace lengthwise
