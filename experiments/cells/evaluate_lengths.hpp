// Every length by every protocol and view of a config, each with its losses on the disk as soon as it is measured.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/evaluation/attention_record.hpp"
#include "core/text/corpus.hpp"
#include "experiments/config/config.hpp"
#include "experiments/records/result.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

// What there is to do in a cell, in useful floating-point operations: by it the share that is done is told.
struct cell_work {
  double training, evaluation;
  double all() const { return training + evaluation; }
};
cell_work work_of(const cell_config&);
// How many records the evaluation of a cell makes.
std::size_t readings_asked(const cell_config&);

// One reading of a cell by all ranks together: what rank 0 records, and the others compute with it.
struct measured_reading {
  evaluation_result losses;
  std::string chosen_key;  // what the view left open, and the value found for it; or empty
  double chosen = 0;
  std::optional<attention_record> attention;  // where it was asked for
};
// `index` counts the cell's readings. `heard` is told the share done and stops by throwing, on rank 0.
measured_reading measure(const transformer&, const corpus& text, const cell_config&, std::size_t index,
                         bool watch_attention, processors, const std::function<void(double)>& heard);

// Measures what `done` does not hold yet on the test part and writes the losses and windows of each
// (records/losses.hpp); `store` is told all records so far after each. Views that are not for the encoding, or not for
// a protocol's windows, are left out; what a view leaves open is found on the validation part. Throws interrupted when
// a signal asks for it. The observer is told the share of the whole evaluation.
std::vector<evaluation_record> evaluate_lengths(
    const transformer&, const corpus& text, const cell_config&, processors, const std::filesystem::path& folder,
    std::vector<evaluation_record> done, observer&,
    const std::function<void(const std::vector<evaluation_record>&)>& store);

}  // namespace lengthwise
