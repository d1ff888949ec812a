// Several cells at once, each in a process of its own: a cell that crashes takes no other with it.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "experiments/studies/study_progress.hpp"

namespace lengthwise {

// What a child process says on its standard output, a line each; the reading end is run_in_processes().
class child_reporter final : public observer {
 public:
  void progress(double share, std::string_view text) override;
  void note(std::string_view text) override;
};

// Runs the commands of all cells (argv of the child), at most `jobs` at once. `ended` is told each one's index and exit
// status (128 + signal where a signal ended it). On a signal asks the children to save, waits for them and throws
// interrupted.
void run_in_processes(const std::vector<std::vector<std::string>>& commands, int jobs, study_progress&,
                      const std::function<void(std::size_t, int)>& ended);

// Makes a child end, saving, when its parent does.
void end_with_parent();

}  // namespace lengthwise
