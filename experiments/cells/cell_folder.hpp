// What a cell keeps in its folder before and beside its result.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "experiments/config/config.hpp"

namespace lengthwise {

// Makes the folder and writes config.toml, so that a process of its own can run the cell; the caller holds the folder
// where others may be in it. Throws as refuse_difference when the folder holds another config's cell.
void prepare_cell(const cell_config&, const std::filesystem::path& folder);

// What a cell's folder holds.
struct cell_state {
  enum class kind { finished, running, interrupted, failed, missing } state;
  std::string detail;  // the process, the step that was saved, or the reason
};
std::string_view name_of(cell_state::kind);
cell_state state_of_cell(const std::filesystem::path& folder);

}  // namespace lengthwise
