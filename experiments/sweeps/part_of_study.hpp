// Some cells of a study, by what their configs say.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "experiments/sweeps/study.hpp"

namespace lengthwise {

// The cells that each condition holds for: "encoding.type=rope,alibi" is one of two values. Throws usage_error, with
// the nearest key or the values that there are, where a condition holds for none.
std::vector<const study_cell*> cells_where(const study&, std::span<const std::string> conditions);

}  // namespace lengthwise
