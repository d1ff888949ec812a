// A study's folder: study.json holds the list of cells for good, so that no other config's results are mixed in.
#pragma once
#include <filesystem>

#include "experiments/records/result.hpp"
#include "experiments/sweeps/study.hpp"

namespace lengthwise {

// The study as study.json keeps it.
frozen_study frozen(const study&);

// Throws usage_error, with the difference, when the folder holds another study.
void refuse_other_study(const study&, const std::filesystem::path& folder);

// The cells of a finished or unfinished study: what study.json says; a folder that is itself a cell is a study of one.
// Throws usage_error when it is neither.
frozen_study read_study_folder(const std::filesystem::path& folder);
// Where a cell of read_study_folder() lies.
std::filesystem::path cell_path(const std::filesystem::path& folder, const frozen_cell&);

// The config in FOLDER/config.toml. Throws usage_error when there is none.
cell_config read_cell_config(const std::filesystem::path& folder);

}  // namespace lengthwise
