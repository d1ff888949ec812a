// Trains one model: fixed shards of each batch on worker threads of one or several ranks, gradients summed by a fixed
// tree, AdamW. Neither the number of ranks and threads nor an interruption can be seen in the result.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/attention/encoding.hpp"
#include "core/model/model_config.hpp"
#include "core/parallel/ranks.hpp"
#include "core/reading/view.hpp"
#include "core/text/batch_source.hpp"
#include "core/training/train_config.hpp"

namespace lengthwise {

class transformer;

// What is logged of a step. Losses are nats per target, means over targets.
struct step_record {
  int step;  // steps done, from 1
  double loss, rate, gradient_norm;
};

class trainer {
 public:
  // Trains on what the source gives, read by the view that train.view names: one of all tokens of its windows. Fresh:
  // initial parameters drawn from the seed, step 0. Of several ranks, whose number must divide that of shards, each has
  // a trainer of its own; they take steps, validate and share together.
  trainer(const model_config&, const train_config&, std::shared_ptr<const encoding>,
          std::shared_ptr<const batch_source>, std::uint64_t seed, processors, const view& = raw_view());
  ~trainer();

  int steps_done() const;
  const transformer& model() const;

  // One optimiser step. Throws non_finite_error, with the step and what is not finite, before anything is updated.
  step_record step();
  // Mean loss over the scored targets of a source's sequences 0 .. count - 1 of the training length.
  double validation_loss(const batch_source&, std::size_t count);

  // A checkpoint: parameters, moments and step (safetensors with checksums), written atomically; metadata is added.
  void save(const std::filesystem::path&, std::map<std::string, std::string> metadata) const;
  // The parameters alone, from which no training goes on.
  void save_parameters(const std::filesystem::path&, std::map<std::string, std::string> metadata) const;
  // Goes on from a checkpoint, which must hold the same tensors; returns its metadata. Throws damaged_file, and then
  // nothing has changed.
  std::map<std::string, std::string> load(const std::filesystem::path&);
  // Every rank goes on from rank 0's parameters, moments and step.
  void share();
  std::string digest() const;  // of the parameters

  // Bytes that a trainer of this config holds at its peak, text apart.
  static std::uint64_t memory(const model_config&, const train_config&, const encoding&, const processors&,
                              const view& = raw_view());

 private:
  struct state;
  std::unique_ptr<state> self;
};

}  // namespace lengthwise
