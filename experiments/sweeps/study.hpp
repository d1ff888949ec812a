// A study: every combination of its sweep, each a cell with a folder that names what varies.
#pragma once
#include <string>
#include <vector>

#include "experiments/config/config.hpp"

namespace lengthwise {

struct study_cell {
  std::string folder;               // "encoding.type=rope,seed=1"; "cell" where nothing varies
  std::vector<named_value> varied;  // the axes' values
  cell_config config;
};
struct study {
  std::string name, question;
  std::vector<study_cell> cells;  // the last axis varies fastest
};

// Resolves and checks every cell. Throws usage_error for the first that is not sound, and for an axis that lists a
// value twice.
study make_study(const study_settings&);

// The name of the folder of a cell with these values. Bytes that do not belong in a name are written %NN.
std::string folder_of(const std::vector<named_value>& varied);

}  // namespace lengthwise
