#include "experiments/cells/trace.hpp"

#include <algorithm>

#include "core/model/transformer.hpp"
#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "core/storage/safetensors.hpp"
#include "core/training/checkpoint.hpp"
#include "experiments/system/folder.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// Every batch of the training as windows of length + 1: inputs are all but the last token, targets all but the first.
safetensors batches_of(const cell_config& c, const batch_source& source) {
  const auto batch = static_cast<std::size_t>(c.train.batch), length = static_cast<std::size_t>(c.train.length);
  std::vector<std::int32_t> tokens;
  std::vector<token_id> inputs(batch * length), targets(batch * length);
  for (int step = 0; step < c.train.steps; ++step) {
    source.copy(static_cast<std::uint32_t>(step), 0, length, inputs, targets);
    if (std::ranges::find(targets, unscored) != targets.end())
      throw usage_error("--trace takes a text whose every target is trained on");
    for (std::size_t b = 0; b < batch; ++b) {
      tokens.insert(tokens.end(), inputs.begin() + static_cast<std::ptrdiff_t>(b * length),
                    inputs.begin() + static_cast<std::ptrdiff_t>((b + 1) * length));
      tokens.push_back(targets[(b + 1) * length - 1]);
    }
  }
  safetensors file;
  file.tensors.push_back(tensor_of<std::int32_t>("tokens", {c.train.steps, c.train.batch, c.train.length + 1}, tokens));
  return file;
}

}  // namespace

trace_writer::trace_writer(fs::path folder, const trainer& t, const cell_config& c, const batch_source& source)
    : folder_(std::move(folder)) {
  if (!wanted()) return;
  make_folder(folder_);
  write_parameters(folder_ / "initial.safetensors", t.model().layout(), t.model().parameters());
  write_atomically(folder_ / "batches.safetensors", safetensors_bytes(batches_of(c, source)));
}

void trace_writer::step(const step_record& r) {
  if (wanted()) losses_.push_back(r.loss);
}

void trace_writer::finish(const trainer& t) const {
  if (!wanted()) return;
  write_atomically(folder_ / "losses.npy", npy_bytes<double>(losses_, {losses_.size()}));
  write_parameters(folder_ / "final.safetensors", t.model().layout(), t.model().parameters());
}

}  // namespace lengthwise
