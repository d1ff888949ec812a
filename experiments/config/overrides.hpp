// KEY=VALUE words of the command line.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "experiments/config/setting.hpp"

namespace lengthwise {

// A value as typed: true, 3, 1e-3, [128,256], "text" or 'text', and anything else as text.
config_value typed_value(std::string_view text);

// Adds one word to what the file says; it is nearer than the file and than the words before it.
//   train.steps=100                     sets the key
//   encoding.type=rope,alibi            sweeps it: a cell for each value
//   evaluate.lengths=[128,256]          sets a list; brackets may be left out: 128,256
//   evaluate.lengths=[128],[256,512]    sweeps a list
//   seed=range(1,4)                     sweeps 1, 2 and 3
//   train.length,train.batch=[64,32],[128,16]   sweeps keys together
// Throws usage_error for a word that is no KEY=VALUE.
void apply_override(study_settings& study, std::string_view word);

// "range(1, 4)": 1, 2 and 3, as in Python and Hydra. Nothing for another text. Throws usage_error, with the place, for
// a range that is none or too long.
std::optional<std::vector<std::int64_t>> range_of(std::string_view text, std::string_view where);

// What is wrong with a choice of keys that vary together.
std::string not_together(std::string_view where, std::string_view joined, std::size_t keys);

}  // namespace lengthwise
