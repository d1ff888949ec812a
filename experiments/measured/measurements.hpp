// The results of a study, gathered for reports: curves by what varies, seeds together.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/records/result.hpp"
#include "experiments/statistics/statistics.hpp"

namespace lengthwise {

struct finished_cell {
  std::string folder;
  std::filesystem::path path;
  cell_result result;
  std::vector<named_value> config;

  // The keys that say which bytes are predicted: cells can be paired where it is the same.
  std::string scored_on() const;
};

// The cells that differ in nothing but the seed.
struct curve {
  std::string label;  // the encoding's name, and what else varies: "rope, base=100"
  std::vector<finished_cell> cells;

  int train_length() const { return cells.front().result.train_length; }
};

struct measurements {
  std::string name;
  std::vector<curve> curves;  // in the order of the study
  std::size_t cells = 0, unfinished = 0;
  std::string question;  // what the config asks; "" where it does not say

  // What the cells measured, in rising order.
  std::vector<int> lengths() const;
  std::vector<protocol> protocols() const;
};

// Throws usage_error when the folder holds no study, or no finished cell.
measurements gather(const std::filesystem::path& folder);

// The record of a length by a protocol; null where the cell has none.
const evaluation_record* find_record(const cell_result&, protocol, int length);

// One number of one length by one protocol, over seeds. Where a cell is not ok, so is the whole.
struct summary {
  bool measured = false;
  evaluation_status status = evaluation_status::ok;
  sample_statistics over_seeds;

  bool ok() const { return measured && status == evaluation_status::ok; }
};
enum class quantity { perplexity, bits_per_byte };
summary summarize(const curve&, protocol, int length, quantity);

// The curve of the lowest mean perplexity.
std::optional<std::size_t> best_curve(const measurements&, protocol, int length);

// Mean loss in bits at each position of windows side by side, over seeds and over the windows of every length that
// reach the position (what a causal model predicts there does not depend on where the window ends), averaged within
// ranges of positions that grow by a quarter of an octave.
struct position_loss {
  double position, bits;
  double deviation = 0;  // over seeds; 0 for one
};
std::vector<position_loss> loss_by_position(const curve&);

}  // namespace lengthwise
