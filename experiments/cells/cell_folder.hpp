// What a cell keeps in its folder before and beside its result.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/read_text.hpp"
#include "experiments/config/config.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

// Makes the folder and writes config.toml, so that a process of its own can run the cell; the caller holds the folder
// where others may be in it. Throws as refuse_difference when the folder holds another config's cell.
void prepare_cell(const cell_config&, const std::filesystem::path& folder);

// Writes config.toml, whatever was there.
void write_config(const cell_config&, const std::filesystem::path& folder);

// The files of a cell that are not what was written: records that are none, losses that are cut or of another shape, a
// newest checkpoint whose checksums differ. Throws usage_error for a record of another version.
std::vector<damaged_part> damage_in(const std::filesystem::path& folder);
// Renames them to NAME.damaged, telling of each, so that the cell goes on from what is whole.
void set_aside_damage(const std::filesystem::path& folder, observer&);

// What a cell's folder holds.
struct cell_state {
  enum class kind { finished, damaged, running, queued, interrupted, failed, missing } state;
  read_text detail;  // the process, the step that was saved, the reason, or what is damaged
};
std::string_view name_of(cell_state::kind);
cell_state state_of_cell(const std::filesystem::path& folder);

}  // namespace lengthwise
