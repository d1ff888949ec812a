// Means by ranges of positions, of losses or their differences, and how sure they are.
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

// Positions go into ranges that grow by a quarter octave, counted from the training length to both sides, so that one
// begins right after it. Ranges with too few targets for a mean are joined.
class range_losses {
 public:
  // Of each seed the numbers in nats, [windows, length], NaN where a target is not scored; all seeds predict the same
  // targets.
  range_losses(std::span<const std::vector<float>> seeds, int length, int train_length);

  // Positions from 0, in rising order.
  const std::vector<index_range>& positions() const { return ranges_; }
  int count() const { return static_cast<int>(ranges_.size()); }

  // The mean over some ranges, over targets and seeds. Its error has two parts, added as if they were independent: that
  // of the targets, which all seeds share, over blocks of neighbours; and that of the seeds.
  estimate mean(index_range) const;

 private:
  // Where a range and a block of a window meet: neighbouring targets depend on each other, blocks hardly.
  struct piece {
    int range;
    std::size_t block;
    double count;
  };
  std::size_t seeds_;
  std::vector<index_range> ranges_;
  std::vector<piece> pieces_;  // window after window
  std::vector<double> sums_;   // [pieces, seeds]
};

}  // namespace lengthwise
