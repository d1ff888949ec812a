// Who is told how a cell comes along. A cell knows nothing of terminals.
#pragma once
#include <string_view>

namespace lengthwise {

class observer {
 public:
  virtual ~observer() = default;
  // The share done of what goes on now ("training", "evaluating"), with what to say of it.
  virtual void progress(double share, std::string_view text) = 0;
  // Something that the user should know of; one line.
  virtual void note(std::string_view text) = 0;
};

}  // namespace lengthwise
