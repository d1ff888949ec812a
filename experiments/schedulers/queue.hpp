// What Slurm's queue says of a study's cells.
#pragma once
#include <cstddef>
#include <map>
#include <string>

#include "core/storage/read_text.hpp"

namespace lengthwise {

struct queued_cell {
  bool runs;       // or waits
  read_text said;  // "job 12_3 on n1", "job 12_3, Priority"
};

// By the cell's index in the study of this hash, whoever submitted it. Empty where there is no squeue, or none that
// answers.
std::map<std::size_t, queued_cell> queued_cells(const std::string& study_hash);

}  // namespace lengthwise
