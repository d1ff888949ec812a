// What `lengthwise bench` is asked to measure.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/bench/benchmark.hpp"

namespace lengthwise {

struct bench_plan {
  std::vector<std::string> sizes{"tiny", "small", "base"}, encodings;
  // "learning" takes minutes, so it is only done where it is asked for.
  std::vector<std::string> parts{"limits", "products", "steps", "encodings", "shares", "evaluation"};
  std::vector<int> lengths{128, 512, 2048, 8192};
  std::vector<std::string> views{"raw"};
  std::vector<std::string> settings;  // KEY=VALUE words of a config: of all models
  std::vector<int> steps{200, 400, 800};
  std::vector<double> bits{2.2, 2.0, 1.9};
  int repeats = 7, threads = 1;
  benchmark_size size(std::string_view name) const;  // with these settings
  // Of what is measured for one alone.
  std::string_view one_encoding() const { return encodings.size() == 1 ? std::string_view(encodings.front()) : "rope"; }
  bool has(std::string_view part) const { return std::ranges::find(parts, part) != parts.end(); }
};

// From KEY=VALUE words. Throws usage_error for one that is wrong, with the nearest that there is.
bench_plan read_bench_plan(const std::vector<std::string>& words);

}  // namespace lengthwise
