// How a run comes along, on standard error: a bar that redraws itself on a terminal, a plain line now and then
// elsewhere.
#pragma once
#include <chrono>
#include <string>

#include "experiments/terminal/observer.hpp"

namespace lengthwise {

class progress_view final : public observer {
 public:
  enum class style { bar, lines, quiet };
  // The style that suits standard error.
  static style fitting(bool quiet);

  explicit progress_view(style s) : style_(s) {}
  ~progress_view() override;

  // What the following progress is of: "cell 3 of 12: encoding.type=rope,seed=1".
  void begin(std::string_view title);
  void progress(double share, std::string_view text) override;
  void note(std::string_view text) override;
  // A line that stays, said unless quiet.
  void line(std::string_view text);

 private:
  using clock = std::chrono::steady_clock;
  void clear();
  void print(std::string_view text);

  style style_;
  std::string title_;
  std::string phase_;
  double last_share_ = 0;
  bool drawn_ = false;
  clock::time_point last_ = {};
};

}  // namespace lengthwise
