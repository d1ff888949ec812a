#include "experiments/system/allocation.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <thread>

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

double cores_of_affinity() {
  cpu_set_t own;
  CPU_ZERO(&own);
  if (::sched_getaffinity(0, sizeof own, &own) == 0) return CPU_COUNT(&own);
  return std::max(1u, std::thread::hardware_concurrency());  // more cores than such a set can name
}

double cores_of_scheduler() {
  const char* text = std::getenv("SLURM_CPUS_PER_TASK");
  if (text == nullptr) return unlimited;
  const std::string_view digits = text;
  int cores = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), cores);
  return problem == std::errc() && end == digits.data() + digits.size() && cores > 0 ? cores : unlimited;
}

// "max", or a number; unlimited where there is no such file.
double first_number(std::istream& in) {
  double number = 0;
  return in >> number ? number : unlimited;
}

}  // namespace

group_limits limits_of_groups(std::string_view own, const fs::path& root) {
  group_limits least{unlimited, unlimited};
  // Version 2 is the line "0::/PATH". In a container the path may lead out of what is mounted here: the root is asked
  // all the same.
  constexpr std::string_view mark = "0::/";
  const std::size_t begin = own.starts_with(mark) ? 0 : own.find("\n0::/");
  std::string path;
  if (begin != own.npos) {
    const std::size_t from = own.find(mark, begin) + mark.size();
    path = own.substr(from, own.find('\n', from) - from);
  }
  fs::path group = fs::path(path).lexically_normal();
  if (!group.empty() && *group.begin() == "..") group.clear();
  for (;; group = group.parent_path()) {
    std::ifstream cpu(root / group / "cpu.max"), memory(root / group / "memory.max");
    const double quota = first_number(cpu), period = first_number(cpu);
    if (quota < unlimited && period < unlimited && period > 0) least.cores = std::min(least.cores, quota / period);
    least.bytes = std::min(least.bytes, first_number(memory));
    if (group.empty()) return least;
  }
}

group_limits limits_of_groups() {
  std::ifstream in("/proc/self/cgroup");
  const std::string own{std::istreambuf_iterator<char>(in), {}};
  return limits_of_groups(own, "/sys/fs/cgroup");
}

int allocated_cores() {
  const double cores = std::min({cores_of_affinity(), std::ceil(limits_of_groups().cores), cores_of_scheduler()});
  return std::max(1, static_cast<int>(cores));
}

}  // namespace lengthwise
