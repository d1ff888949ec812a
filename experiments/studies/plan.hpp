// What a study would cost, before it is run.
#pragma once
#include <string>
#include <vector>

#include "core/text/corpus.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

// Bytes that a cell takes: of memory at the peak, the program apart, and on the disk when it is done.
struct cell_space {
  double memory, disk;
};
cell_space space_of(const cell_config&, int threads, const corpus& text);

struct cell_plan {
  std::string folder;
  std::uint64_t parameters;
  double train_flops;   // 6 a weight and token (2 forward, 4 backward) and 6 C T a layer and token for causal attention
  double memory, disk;  // bytes
  double train_seconds, evaluation_seconds, start_seconds;  // start: the text read, the model made
  double seconds() const { return train_seconds + evaluation_seconds + start_seconds; }
};

// Times come from a short measurement of every distinct cell, seeds apart: some training steps, and some windows of
// each length, in as many places at once as cells will run; lengths that would take seconds are told from shorter ones.
// A cell too large to be measured is scaled from the default model's speed. Where the text is not here, its size is
// taken to be that of the synthetic one; `told` says so.
std::vector<cell_plan> plan_study(const study&, int threads, int jobs, observer& told);

// How long cells take that are begun in their order, so many at once.
double seconds_together(const std::vector<cell_plan>&, int jobs);

}  // namespace lengthwise
