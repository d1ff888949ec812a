// What can be wrong with a study and is found before anything of it is computed.
#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/sweeps/study.hpp"

namespace lengthwise {

// The cells that a folder does not hold finished and whole. Throws usage_error where the folder holds another study, a
// finished cell of another config, or a link.
std::vector<const study_cell*> unfinished_cells(const study&, const std::filesystem::path& folder);

// Opens every text of the unfinished cells once, with the longest windows that any cell asks of it. Throws data_error
// where one is missing, too short or not that of the cells that are finished. Returns the targets of the test part by
// text_key().
std::map<std::string, std::size_t> check_texts(const study&, const std::vector<const study_cell*>& unfinished,
                                               const std::filesystem::path& folder);

// Makes study.json in a folder that is held, so that no other study gets in. Throws as unfinished_cells().
void freeze(const study&, const std::filesystem::path& folder);

}  // namespace lengthwise
