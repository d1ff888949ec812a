// What was computed already is not computed again: results of a cell that trained the same, here or in another study.
#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "experiments/config/config.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

// Finished cells by what was trained.
class trained_cells {
 public:
  // Those of a study's folder. Throws usage_error where it holds none.
  void look_in(const std::filesystem::path& study);
  // "" where no cell has trained so.
  std::filesystem::path of(const cell_config&) const;

 private:
  std::map<std::string, std::filesystem::path> by_training_;
};

// Puts into a cell's folder what a finished cell of the same training has: the model, its metrics, and of its
// evaluation what was read in the same windows. Running the cell then measures the rest. The record says where it came
// from; in its own folder a cell becomes one of another evaluation. Does nothing where the other's files are damaged or
// of another text. The caller holds the study's folder.
void adopt(const std::filesystem::path& from, const cell_config& wanted, const std::filesystem::path& into, observer&);

}  // namespace lengthwise
