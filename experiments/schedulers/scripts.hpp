// The scripts that schedulers are given: short, and with a reason at every line that is not plain.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "experiments/schedulers/emission.hpp"

namespace lengthwise {

// A word as a shell reads it.
std::string shell_word(std::string_view);

// Cells of a study that are one job array: `count` from `first` on.
struct array_piece {
  std::size_t first, count;
};
// An array's indices lie below `largest`, the cluster's MaxArraySize.
std::vector<array_piece> pieces_of(std::size_t cells, std::size_t largest);

// "STUDY.HASH+FIRST", by which status knows an array's tasks again.
std::string job_name(const emission&, std::size_t first);

// Throws usage_error where Slurm could not read the folder's name, and for a time so short that a cell would be asked
// to save before it has done anything. What else is wrong with the words, sbatch says.
void require_slurm_words(const std::filesystem::path& folder, std::string_view time, std::string_view partition);
// For sbatch.
std::string slurm_script(const emission&, array_piece, std::string_view partition);
// For GNU parallel.
std::string parallel_script(const emission&);
// For HyperQueue.
std::string hq_script(const emission&);

}  // namespace lengthwise
