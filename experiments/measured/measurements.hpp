// The results of a study, gathered for reports: curves by what varies, seeds together.
#pragma once
#include <filesystem>
#include <map>
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
  std::vector<named_value> varied = {};  // of the study's axes

  // Which targets a record is of: cells can be compared where it is the same.
  std::string scored_on(const evaluation_record&) const;
};

// The cells whose configs differ in nothing but the seed, one for each seed.
struct curve {
  read_text label;  // the encoding's name, and what else varies: "rope, base=100"; no two curves have the same
  std::vector<finished_cell> cells;
  std::string extension = "none";  // the view of its records, after by_view()

  int train_length() const { return cells.front().result.train_length; }
};

struct measurements {
  std::string name;
  std::vector<curve> curves;  // in the order of the study
  std::size_t cells = 0, unfinished = 0;
  read_text question;                // what the config asks; "" where it does not say
  std::size_t repeated = 0;          // cells that repeat another's config and seed, and are not counted
  std::vector<std::string> damaged;  // what is left out because it is not what was written, a line each

  // What the cells measured, in rising order.
  std::vector<int> lengths() const;
  std::vector<protocol> protocols() const;
};

// Throws usage_error when the folder holds no study, or no finished cell.
measurements gather(const std::filesystem::path& folder);

// The same with a curve for each view that its cells read by, after the raw one and cropped first: what a view must
// beat.
measurements by_view(const measurements&);

// The record of a length by a protocol; null where the cell has none.
const evaluation_record* find_record(const cell_result&, protocol, int length);

// One number of one length by one protocol, over seeds. Where a cell is not ok, so is the whole.
enum class quantity { perplexity, bits_per_byte };
struct summary {
  quantity of = quantity::perplexity;
  bool measured = false;
  evaluation_status status = evaluation_status::ok;
  sample_statistics over_seeds;
  estimate mean;  // of the text as far as its losses are there

  // The mean's 95 % interval. No perplexity is below 1 and no loss below 0, whatever a few seeds' spread leaves
  // possible.
  double low() const;
  double high() const { return mean.value + mean.interval(); }
  bool ok() const { return measured && status == evaluation_status::ok; }
  // Whether there is a number to show: a perplexity may be beyond what a double holds.
  bool finite() const;
};
summary summarize(const curve&, protocol, int length, quantity);
// The same, with the mean's error from the text.
summary summarize_with_text(const curve&, protocol, int length, quantity);

// For each curve the one of the lowest mean perplexity among those that were scored on the same targets, itself among
// them; nothing where it was not measured, or where none of them has a finite perplexity.
std::vector<std::optional<std::size_t>> best_curves(const measurements&, protocol, int length);
// Whether a curve is the best of those: one that could only be compared with itself is none, unless no other has a
// perplexity.
bool is_best(const std::vector<std::optional<std::size_t>>& best, std::size_t curve);

// Mean loss in bits at each position of windows side by side, over seeds and over the windows of every length that
// reach the position (what a causal model predicts there does not depend on where the window ends), averaged within
// ranges of positions that grow by a quarter of an octave.
struct position_loss {
  double position, bits;
  double deviation = 0;  // over seeds; 0 for one
};
std::vector<position_loss> loss_by_position(const curve&);

}  // namespace lengthwise
