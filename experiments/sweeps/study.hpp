// A study: every combination of its sweep, each a cell with a folder that names what varies.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/config/config.hpp"

namespace lengthwise {

struct study_cell {
  std::string folder;               // "encoding.type=rope,seed=1"; "cell" where nothing varies
  std::vector<named_value> varied;  // the axes' values, as far as they decide something
  std::vector<setting> said;        // the same as the user wrote them
  cell_config config;
};
struct study {
  std::string name, question;
  std::vector<study_cell> cells;   // the last axis varies fastest
  std::vector<std::string> notes;  // what was left out, and why
};

// Resolves and checks every cell. Combinations that differ only in what decides nothing are one cell. Throws
// usage_error for the first that is not sound, for an axis that lists a value twice, and for two spellings of one cell.
study make_study(const study_settings&);

// Throws usage_error, with both spellings, where two cells have the same identity.
void refuse_twins(const study&, const std::function<std::string(const study_cell&)>& identity);

// Any text as the name of a folder. Bytes that do not belong in one are written %NN; a long one ends in its digest.
std::string folder_name(std::string_view text);
// The name of the folder of a cell with these values.
std::string folder_of(const std::vector<named_value>& varied);

}  // namespace lengthwise
