// What an independent program needs to repeat a training step by step: initial parameters, every batch, every loss, the
// final parameters. Written by `run --trace DIR`, for small configs.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/text/batch_source.hpp"
#include "core/training/trainer.hpp"
#include "experiments/config/config.hpp"

namespace lengthwise {

class trace_writer {
 public:
  // Does nothing at all when the folder's name is empty. Throws usage_error where not every target is trained on: the
  // file has tokens alone.
  trace_writer(std::filesystem::path folder, const trainer&, const cell_config&, const batch_source&);
  bool wanted() const { return !folder_.empty(); }

  void step(const step_record&);
  // Writes losses.npy [steps] (float64) and final.safetensors.
  void finish(const trainer&) const;

 private:
  std::filesystem::path folder_;
  std::vector<double> losses_;
};

}  // namespace lengthwise
