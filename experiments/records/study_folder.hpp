// A study's folder: study.json holds the list of cells for good, so that no other config's results are mixed in.
#pragma once
#include <filesystem>
#include <span>

#include "experiments/records/result.hpp"
#include "experiments/sweeps/study.hpp"

namespace lengthwise {

// The study as study.json keeps it.
frozen_study frozen(const study&);

// Twelve digits that know a study by its cells.
std::string study_hash(const frozen_study&);

// A cell is known by its config: where the folder holds the same ones under other names, those names are kept.
void keep_folders(study&, const std::filesystem::path& folder);

// Throws: usage_error with what differs between the config that a folder holds and the one that is asked for,
// data_error where it is nothing but the text at the same path.
[[noreturn]] void refuse_difference(const std::filesystem::path& folder, std::span<const named_value> there,
                                    std::span<const named_value> here);
// The same when the folder holds another study.
void refuse_other_study(const study&, const std::filesystem::path& folder);

// The cells of a finished or unfinished study: what study.json says; a folder that is itself a cell is a study of one.
// Throws usage_error when it is neither.
frozen_study read_study_folder(const std::filesystem::path& folder);
// Where a cell of read_study_folder() lies.
std::filesystem::path cell_path(const std::filesystem::path& folder, const frozen_cell&);

// The config in FOLDER/config.toml. Throws usage_error when there is none.
cell_config read_cell_config(const std::filesystem::path& folder);

}  // namespace lengthwise
