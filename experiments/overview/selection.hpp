// Part of a study's measurements, by what its cells' configs say.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// The cells of which a key has one of some values: "encoding.type=rope,alibi"; `view` is how they were read. `seed` and
// every other key of a config will do, whole or by its last part. Throws usage_error with the keys or values that there
// are.
measurements select(const measurements&, std::string_view condition);

// What one protocol measured. Throws usage_error where none did so by that name.
measurements select_protocol(const measurements&, std::string_view name);

// The cells as an evaluation of theirs measured them (lengthwise evaluate, CELL/evaluations/NAME); those that have none
// count as unfinished. Throws usage_error, with the names there are, where no cell has it.
measurements select_evaluation(const measurements&, const std::string& name);

// The names that it takes, but for what `lengthwise explain` evaluated.
std::vector<std::string> further_evaluations(const measurements&);

// The key of the cells' configs that is meant, and its values in the order of the study.
std::string key_meant(const measurements&, std::string_view key);
std::vector<std::string> values_of(const measurements&, const std::string& key);

// The curve of this label, or the only one of this encoding. Throws usage_error.
std::size_t curve_named(const measurements&, std::string_view label);

}  // namespace lengthwise
