#include "experiments/cells/cell_memory.hpp"

#include <algorithm>

#include "core/evaluation/window_losses.hpp"
#include "core/model/parameter_layout.hpp"
#include "core/model/transformer.hpp"
#include "core/training/trainer.hpp"

namespace lengthwise {
namespace {

// A checkpoint's three buffers once as records and once as the file's bytes.
double saving(const cell_config& c) {
  return 2.0 * 3.0 * sizeof(real) * static_cast<double>(parameter_layout(c.model, *c.encoding, c.train.length).count());
}

// One length: tables of positions, every thread's windows, and the losses of all targets, which are kept and then
// copied into the file.
double evaluating(const cell_config& c, int length, int threads) {
  if (length > c.encoding->domain(c.model.extents(c.train.length))) return 0;
  const int group = std::max(1, tokens_at_once / length);
  const position_tables tables = counted_tables(c.model, *c.encoding, c.train.length, length);
  const auto each = static_cast<double>(activations::count(c.model, tables, group, pass::evaluation));
  double losses = 0;
  for (const protocol cut : c.evaluate.protocols) {
    const double scored = cut == protocol::non_overlapping ? length : c.evaluate.stride;
    losses = std::max(losses, (c.evaluate.targets / scored + 1) * length);
  }
  return threads * each * sizeof(real) + 2 * losses * sizeof(float) +
         static_cast<double>(position_table_bytes(c.model, *c.encoding, c.train.length, tables));
}

}  // namespace

double cell_memory(const cell_config& c, int threads) {
  double beside = saving(c);
  for (const int length : c.evaluate.lengths) beside = std::max(beside, evaluating(c, length, threads));
  return static_cast<double>(trainer::memory(c.model, c.train, *c.encoding, threads)) + beside;
}

}  // namespace lengthwise
