// Losses summed over blocks of neighbouring targets: what means and differences, and how sure they are, are computed
// of.
#pragma once
#include <optional>
#include <vector>

#include "experiments/records/losses.hpp"
#include "experiments/records/result.hpp"
#include "experiments/statistics/statistics.hpp"

namespace lengthwise {

inline constexpr int block_bytes = 16;  // neighbours depend on each other within a few words

// One cell at one length by one protocol. Blocks are of targets that follow each other in the text. Windows side by
// side have the same place for the same context, so that only blocks of one place differ by chance; elsewhere all do.
struct block_losses {
  xt::xtensor<double, 1> sums, counts;  // [blocks]: nats, targets
  xt::xtensor<std::size_t, 1> strata;   // [blocks]
  std::vector<bool> scored;             // [windows, length]
  xt::xtensor<std::int64_t, 2> windows;

  // Whether both are of the same targets.
  bool same_targets(const block_losses& other) const;
};
block_losses in_blocks(const recorded_losses&, protocol);

// Nothing where no losses are recorded.
std::optional<block_losses> block_losses_of(const std::filesystem::path& folder, const evaluation_record&);

// One row for each seed, all of the same targets.
block_sums together(const std::vector<const block_losses*>& seeds);

}  // namespace lengthwise
