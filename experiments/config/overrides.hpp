// KEY=VALUE words of the command line.
#pragma once
#include <string_view>

#include "experiments/config/setting.hpp"

namespace lengthwise {

// A value as typed: true, 3, 1e-3, [128,256], "text" or 'text', and anything else as text.
config_value typed_value(std::string_view text);

// Adds one word to what the file says; it is nearer than the file and than the words before it.
//   train.steps=100                     sets the key
//   encoding.type=rope,alibi            sweeps it: a cell for each value
//   evaluate.lengths=[128,256]          sets a list; brackets may be left out: 128,256
//   evaluate.lengths=[128],[256,512]    sweeps a list
//   train.length,train.batch=[64,32],[128,16]   sweeps keys together
// Throws usage_error for a word that is no KEY=VALUE.
void apply_override(study_settings& study, std::string_view word);

// What is wrong with a choice of keys that vary together.
std::string not_together(std::string_view where, std::string_view joined, std::size_t keys);

}  // namespace lengthwise
