// One cell of a study from its config to its result.json, however often it is interrupted on the way.
#pragma once
#include <filesystem>
#include <string>

#include "experiments/config.hpp"
#include "experiments/observer.hpp"
#include "experiments/result.hpp"

namespace lengthwise {

struct cell_options {
  int threads = 1;
  std::filesystem::path trace;   // a folder for what an independent program needs to repeat the training; empty: none
};

// How long a cell waits for its folder: the processes of a study that was killed may still be saving there.
inline constexpr double cell_patience_seconds = 60;

// Trains from the newest good checkpoint, or from the start, evaluates, and writes everything below `folder`, which is
// made. A finished cell is only read. Throws interrupted after saving when a signal asks for it; any other error is also
// left in FOLDER/failure.json.
cell_result run_cell(const cell_config&, const std::filesystem::path& folder, const cell_options&, observer&);

// Makes the folder and writes config.toml, so that a process of its own can run the cell; the caller holds the folder where
// others may be in it. Throws usage_error, with the difference, when the folder holds another config's cell.
void prepare_cell(const cell_config&, const std::filesystem::path& folder);

// The config in FOLDER/config.toml. Throws usage_error when there is none.
cell_config read_cell_config(const std::filesystem::path& folder);

// What a cell's folder holds.
struct cell_state {
  enum class kind { finished, running, interrupted, failed, missing } state;
  std::string detail;  // the process, the step that was saved, or the reason
};
std::string_view name_of(cell_state::kind);
cell_state state_of_cell(const std::filesystem::path& folder);

}  // namespace lengthwise
