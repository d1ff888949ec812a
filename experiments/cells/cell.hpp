// One cell of a study from its config to its result.json, however often it is interrupted on the way.
#pragma once
#include <filesystem>
#include <memory>

#include "core/parallel/ranks.hpp"
#include "core/tensor/contract.hpp"
#include "core/text/batch_source.hpp"
#include "core/training/trainer.hpp"
#include "experiments/config/config.hpp"
#include "experiments/records/result.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

// How long a cell waits for its folder: the processes of a study that was killed may still be saving there.
inline constexpr double cell_patience_seconds = 60;

struct cell_options {
  processors on = 1;
  std::filesystem::path trace;  // a folder for what an independent program needs to repeat the training; empty: none
  double patience_seconds = cell_patience_seconds;
};

// As the config says. The text that batches are of must outlive it.
trainer trainer_of(const cell_config&, std::shared_ptr<const batch_source>, processors);

// For the whole process. Throws usage_error where OpenBLAS is wanted and cannot be loaded.
void use_numerics(numerics);

// Trains from the newest good checkpoint, or from the start, evaluates, and writes everything below `folder`, which is
// made. A finished cell is only read. Throws interrupted after saving when a signal asks for it; any other error is
// also left in FOLDER/failure.json. Called on rank 0 alone; the others take part by its orders.
cell_result run_cell(const cell_config&, const std::filesystem::path& folder, const cell_options&, observer&);

}  // namespace lengthwise
