// Losses by ranges of positions, and how sure it is that one range is above another.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace lengthwise {

// Indices, the end excluded.
struct index_range {
  int first, end;
};

// A number and its standard error.
struct estimate {
  double value = 0, error = 0;
};

// Positions go into ranges that grow by a quarter octave, counted from the training length to both sides, so that one begins right
// after it. Ranges with too few targets for a mean are joined.
class range_losses {
 public:
  // Of each seed the losses in nats, [windows, length], NaN where a target is not scored; all seeds predict the same targets.
  range_losses(std::span<const std::vector<float>> seeds, int length, int train_length);

  // Positions from 0, in rising order.
  const std::vector<index_range>& positions() const { return ranges_; }
  int count() const { return static_cast<int>(ranges_.size()); }

  // The mean loss of some ranges, and the difference of two such means, over targets and seeds. The error has two parts, added as if
  // they were independent: that of the targets, which all seeds share, over blocks of neighbours; and that of the seeds.
  estimate mean(index_range) const;
  estimate difference(index_range, index_range) const;

 private:
  // Where a range and a block of a window meet: neighbouring targets depend on each other, blocks hardly.
  struct piece {
    int range;
    std::size_t block;
    double count;
  };
  struct mean_losses {
    double count = 0;
    std::vector<double> by_seed;
    double over_seeds = 0;
  };
  mean_losses means_of(index_range) const;
  double sum(std::size_t piece) const;  // mean over seeds

  std::size_t seeds_;
  std::vector<index_range> ranges_;
  std::vector<piece> pieces_;  // window after window
  std::vector<double> sums_;   // [pieces, seeds]
};

}  // namespace lengthwise
