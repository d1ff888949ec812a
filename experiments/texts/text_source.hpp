// The text that a config names.
#pragma once
#include <memory>
#include <string>

#include "core/text/batch_source.hpp"
#include "core/text/corpus.hpp"
#include "experiments/config/config.hpp"

namespace lengthwise {

// Loads the text and checks that it holds windows of `train_length` and `evaluation_length` targets (0 asks nothing).
// Throws data_error when the text is missing, altered, too short or not that of corpus.sha256. The synthetic text is
// the same whatever the cell's seed, so that cells can be compared target by target.
std::shared_ptr<const corpus> load_text(const corpus_config&, int train_length, int evaluation_length);

// What a cell trains on. The text must outlive it.
std::shared_ptr<const batch_source> training_batches(const cell_config&, const corpus&);

// What its validation loss is of: sequences 0 .. count - 1 of a source, of train.length.
struct validation_set {
  std::shared_ptr<const batch_source> source;
  std::size_t count;
};
validation_set validation_batches(const cell_config&, const corpus&);

// The same for configs that name the same text, cut and joined the same way.
std::string text_key(const corpus_config&);

// The longest of evaluate.lengths.
int longest_length(const evaluate_config&);

}  // namespace lengthwise
