// How the cells of a study come along: a line for each that runs, and one for all.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/progress/time_left.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/terminal/progress.hpp"

namespace lengthwise {

class study_progress {
 public:
  // Cells of a study of so many; the others are finished already.
  study_progress(progress_view&, const std::vector<const study_cell*>&, std::size_t all, int at_once);

  // Whoever runs a cell tells this one how it comes along.
  std::unique_ptr<observer> of_cell(std::size_t index);
  void progress(std::size_t index, double share, std::string_view text);
  void ended(std::size_t index);
  void note(std::string_view text) { view_.note(text); }
  // The lines as they stand.
  std::vector<std::string> lines(std::size_t columns) const;

 private:
  struct running_cell {
    std::size_t index;
    double share;
    std::string text;
  };
  progress_view& view_;
  std::vector<std::string> names_;
  std::size_t finished_, all_;
  time_left left_;
  std::vector<running_cell> running_;
};

// "rope, seed=1": what varies in few words.
std::string short_name(const study_cell&);

}  // namespace lengthwise
