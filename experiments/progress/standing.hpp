// Where a study and its cells stand, told from its folder alone, while another process trains or after all are gone.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/cells/cell_folder.hpp"
#include "experiments/records/metrics.hpp"
#include "experiments/records/study_folder.hpp"

namespace lengthwise {

struct cell_standing {
  std::string folder;
  cell_state state;
  // Of a cell that has begun: its last logged step of how many, and its records of how many.
  std::optional<metrics_line> last;
  int steps = 0;
  std::size_t records = 0, records_asked = 0;
  double share = 0;                    // of its work
  std::optional<double> seconds_left;  // of a running one
};
struct study_standing {
  read_text name;
  std::vector<cell_standing> cells;
  double share = 0;                    // of all work, a cell for a cell
  std::optional<double> seconds_left;  // where cells are running, at their speed

  std::size_t count(cell_state::kind) const;
};

// Looks again and again: what was found finished is not checked a second time.
class study_watch {
 public:
  explicit study_watch(std::filesystem::path folder) : folder_(std::move(folder)) {}
  // Throws usage_error where the folder holds no study.
  study_standing look();

 private:
  std::filesystem::path folder_;
  std::map<std::string, cell_standing> finished_;
};

// "step 928/1,500  loss 1.622  47,609 tokens/s  0:05 left", or what else is known.
std::string detail_of(const cell_standing&);
// "6 cells: 2 finished, 2 running, 2 missing; 0:15 left".
std::string summary_of(const study_standing&);
std::string standing_json(const study_standing&);

}  // namespace lengthwise
