// A trained cell out of its folder, and what is evaluated of it afterwards: other lengths, protocols, texts and views.
#pragma once
#include <filesystem>
#include <memory>

#include "core/model/transformer.hpp"
#include "experiments/cells/checkpoints.hpp"
#include "experiments/config/config.hpp"
#include "experiments/records/result.hpp"
#include "experiments/terminal/observer.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

struct trained_cell {
  cell_config config;
  std::unique_ptr<const transformer> model;
  int steps;  // that it was trained for
  checkpoints::notes notes;
};

// Reads the newest checkpoint under the cell's lock. Throws usage_error where there is none; an observer hears of a
// model whose training is not at its end.
trained_cell load_trained_cell(const std::filesystem::path& folder, observer&);

// The memory that an evaluation needs is there; else usage_error, with what to make smaller.
void require_memory(const cell_config& asked, int threads, std::size_t targets);

// Evaluates as `asked` says into a folder below the cell's, and writes result.json there. What an interrupted or
// earlier evaluation of the same model, text and config measured is kept. Throws usage_error where the folder holds the
// evaluation of another.
cell_result evaluate_into(const std::filesystem::path& folder, const trained_cell&, const cell_config& asked,
                          const corpus& text, int threads, observer&);

}  // namespace lengthwise
