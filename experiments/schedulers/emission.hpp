// A study made ready for a scheduler: checked, frozen and its folders made, so that each cell needs one command and
// nothing else.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "experiments/sweeps/study.hpp"

namespace lengthwise {

struct emission {
  std::filesystem::path folder, program;  // from the root, as every machine sees them
  std::string name, hash;                 // of the study
  std::size_t cells = 0;
  int cpus = 1;       // of a cell
  double memory = 0;  // bytes to ask for, for the largest cell
  int at_once = 0;    // cells that may run together; 0: as many as there is room for
  std::string time;   // of a cell, as the scheduler writes it; "" leaves it to the scheduler

  std::filesystem::path logs() const { return folder / "logs"; }
  // The words that run one cell, but for its index.
  std::vector<std::string> command() const;
};

// This program, wherever it was called from.
std::filesystem::path this_program();

// Checks all that run would check before its first cell, and the space on the disk; then freezes the study and makes
// every cell's folder and config, and that of the logs. Throws usage_error, data_error or io_error before anything is
// written.
emission emit(const study&, const std::filesystem::path& folder, int cpus);

}  // namespace lengthwise
