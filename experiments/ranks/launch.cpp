#include "experiments/ranks/launch.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/storage/printable.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

int number_of(const char* variable) {
  const char* text = std::getenv(variable);
  return text == nullptr ? 0 : std::atoi(text);
}

}  // namespace

int launched_processes() {
  // Open MPI; MPICH and Slurm's PMI; Slurm's PMIx, which names the rank and leaves the number to Slurm.
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"})
    if (const int count = number_of(variable); count > 0) return count;
  if (std::getenv("PMIX_RANK") == nullptr) return 1;
  const int count = number_of("SLURM_STEP_NUM_TASKS");
  return count > 0 ? count : 2;  // more than one for all that is known: MPI will tell
}

bool launched_first() {
  for (const char* variable : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"})
    if (number_of(variable) > 0) return false;
  return true;
}

int launched_here() {
  for (const char* variable : {"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"})  // Open MPI; MPICH
    if (const int count = number_of(variable); count > 0) return count;
  return 1;
}

int cores_of_rank(int allocated) {
  const auto there = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  return std::clamp(there / launched_here(), 1, allocated);
}

double rank_seconds() {
  const char* text = std::getenv("LENGTHWISE_RANK_SECONDS");
  const double seconds = text == nullptr ? 0 : std::strtod(text, nullptr);
  return seconds > 0 && seconds < 86400 ? seconds : 300;
}

std::unique_ptr<ranks> join_ranks() {
  const int processes = launched_processes();
  if (processes == 1) return std::make_unique<one_rank>();
  // Beside the program where it was built, below lib where it is installed. Open MPI's own parts look for its symbols
  // among all that is loaded.
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::string problem;
  for (const fs::path& file : {here / "lengthwise_mpi.so", here.parent_path() / "lib/lengthwise/lengthwise_mpi.so"}) {
    if (!fs::exists(file)) continue;
    void* const loaded = ::dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
    void* const join = loaded == nullptr ? nullptr : ::dlsym(loaded, "lengthwise_join_mpi");
    if (join != nullptr) return std::unique_ptr<ranks>(reinterpret_cast<ranks* (*)(double)>(join)(rank_seconds()));
    problem = ::dlerror();
  }
  throw usage_error(fmt::format("an MPI launcher started this program {} times, and {}; build it where CMake finds MPI",
                                processes, problem.empty() ? "it was built without MPI" : printable(problem, 1000)));
}

}  // namespace lengthwise
