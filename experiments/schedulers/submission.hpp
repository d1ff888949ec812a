// Job arrays handed to Slurm, all of them or none.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace lengthwise {

// One more than the largest index of a job array: what the cluster says, or 1001 where none answers.
std::size_t largest_array();

// Hands each script to sbatch. Several wait for each other: none of them begins before all are accepted. Returns the
// jobs' numbers. Throws usage_error with sbatch's own words when it refuses one, and takes back those before it.
std::vector<std::string> submit(const std::vector<std::filesystem::path>& scripts);

}  // namespace lengthwise
