// A cell's training curve as it grows: metrics.jsonl read on from where it was read to.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "experiments/records/metrics.hpp"

namespace lengthwise {

class followed_metrics {
 public:
  explicit followed_metrics(std::filesystem::path file) : file_(std::move(file)) {}

  // Takes in the whole lines that were added. A file that became shorter, as when a run goes on from a checkpoint, is
  // read anew. A link is not followed: it could lead out of the study's folder.
  void look();
  // Thinned out evenly where there are more than a screen shows.
  const std::vector<metrics_line>& points() const { return points_; }

 private:
  std::filesystem::path file_;
  std::uintmax_t read_to_ = 0;
  std::vector<metrics_line> points_;
  std::size_t every_ = 1, lines_ = 0;
};

}  // namespace lengthwise
