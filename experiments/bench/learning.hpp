// How long a model learns until it reaches a loss, for each of several recipes.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/bench/benchmark.hpp"
#include "experiments/config/setting.hpp"

namespace lengthwise {

// A config of this size, and KEY=VALUE words on top of it. Throws usage_error for a word that is none.
study_settings settings_of(const benchmark_size&, std::span<const std::string> words);

struct learning_run {
  int steps;
  spread seconds, bits;  // over seeds: of training alone, and of a validation target after it
};
struct learning_measurement {
  std::string recipe;              // what it varies from the size's model with defaults; "defaults" for nothing
  std::vector<learning_run> runs;  // more steps later
};

// Trains the size with every combination of KEY=VALUE words (commas give alternatives; those of seed are repetitions of
// one recipe) once for each number of steps, for the schedule ends with the run. All recipes take a run in turn, so
// that a machine whose speed drifts is fair to all. Throws usage_error for words that are none or do not fit, and
// data_error where the text is missing. `told` hears of each training before it begins.
std::vector<learning_measurement> measure_learning(const benchmark_size&, std::span<const std::string> words,
                                                   std::vector<int> steps, int threads,
                                                   const std::function<void(std::string_view)>& told);

// Seconds to a loss in bits: between two runs by a line over the logarithm of seconds; that of the shortest run where
// that is enough; none where the longest has not reached it.
std::optional<double> seconds_to(const learning_measurement&, double bits);

}  // namespace lengthwise
