// A scheduler's own program, run for what it says: sbatch, squeue, scontrol, scancel.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/storage/read_text.hpp"

namespace lengthwise {

struct program_outcome {
  int code;                   // exit code, or 128 + signal
  read_text output, problem;  // standard output and standard error
};

// Finds the program as a shell would. Nothing where there is no such program. One that does not answer within
// `seconds` is ended, and says so as its problem.
std::optional<program_outcome> run_program(const std::vector<std::string>& words, double seconds = 60);

}  // namespace lengthwise
