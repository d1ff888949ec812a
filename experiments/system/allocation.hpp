// What of the machine is this process's own: on a cluster, and in a container, less than there is.
#pragma once
#include <filesystem>
#include <string_view>

namespace lengthwise {

// Cores that this process may keep busy, at least 1: those of its affinity, within the quota of its control group, and
// what a scheduler says that it was given (SLURM_CPUS_PER_TASK; HQ_CPUS counts by affinity already).
int allocated_cores();

// The least that control groups give, from the process's own to the root: cores by cpu.max, bytes by memory.max;
// infinite where none says. `own` is what /proc/self/cgroup holds, `root` where version 2 is mounted.
struct group_limits {
  double cores, bytes;
};
group_limits limits_of_groups(std::string_view own, const std::filesystem::path& root);
group_limits limits_of_groups();

}  // namespace lengthwise
