// The [task] section, but for the keys of the task itself.
#pragma once
#include <string>

#include "core/config/field.hpp"

namespace lengthwise {

struct task_config {
  int least = 1, most = 20, items = 1000;

  static constexpr auto fields() {
    using c = task_config;
    return std::tuple(field{"least", &c::least, "length of the shortest items that are trained on", 1.0, 65536.0},
                      field{"most", &c::most, "length of the longest items that are trained on", 1.0, 65536.0},
                      field{"items", &c::items, "items asked at each of evaluate.lengths", 1.0, 1048576.0});
  }
  constexpr config_problem problem() const {
    if (least <= most) return {};
    return {"task.least must not be longer than task.most", "task.least", "task.most"};
  }
};
static_assert(task_config{}.problem().empty());

}  // namespace lengthwise
