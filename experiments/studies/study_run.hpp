// Runs the cells of a study that are not finished, here or in processes of their own.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/parallel/ranks.hpp"
#include "core/storage/read_text.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/terminal/progress.hpp"

namespace lengthwise {

struct run_options {
  std::filesystem::path output;
  int jobs = 1, threads = 1;  // cells at once; threads of each, on every rank
  std::filesystem::path trace = {};
  std::vector<std::string> only = {};             // KEY=VALUE: some of the cells
  std::vector<std::filesystem::path> reuse = {};  // studies whose results may be taken over
  bool extend = false;        // the study is that of the folder, perhaps with more cells or another evaluation
  ranks& together = alone();  // several compute one cell at a time
};

// How a cell ended: exit code 0 and no message, or why not.
struct cell_outcome {
  std::string folder;
  int exit_code;
  read_text message;
};

// Checks the texts and the memory before anything is written, then runs. Returns how each cell of the study ended: a
// failed one does not stop the others. Throws interrupted when a signal asks for it, and usage_error, data_error or
// io_error when nothing can be run.
std::vector<cell_outcome> run_study(const study&, const run_options&, progress_view&);

// Throws what the study's end means: nothing, a single cell's error, or cells_failed with the first reasons.
void raise_failures(const std::vector<cell_outcome>&);

}  // namespace lengthwise
