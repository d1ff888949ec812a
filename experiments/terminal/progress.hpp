// How a run comes along, on standard error: lines that redraw themselves on a terminal, plain lines now and then
// elsewhere.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "experiments/terminal/observer.hpp"

namespace lengthwise {

class progress_view final : public observer {
 public:
  enum class style { bar, lines, quiet };
  // The style that suits standard error.
  static style fitting(bool quiet);

  explicit progress_view(style s) : style_(s) {}
  ~progress_view() override;

  // What the following progress is of: "evaluating rope".
  void begin(std::string_view title);
  void progress(double share, std::string_view text) override;
  void note(std::string_view text) override;
  // A line that stays, said unless quiet.
  void line(std::string_view text);

  // Several lines at once, where they are due: not too often, and elsewhere than on a terminal rarely.
  bool is_due(double share) const;
  void draw(const std::vector<std::string>& lines, double share);
  std::size_t columns() const;
  // Takes away what was drawn.
  void clear();

 private:
  using clock = std::chrono::steady_clock;
  void print(std::string_view text);

  style style_;
  std::string title_;
  std::string phase_;
  double last_share_ = 0;
  std::size_t drawn_ = 0;  // lines
  clock::time_point last_ = {};
};

}  // namespace lengthwise
