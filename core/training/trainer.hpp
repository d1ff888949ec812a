// Trains one model: fixed shards of each batch on worker threads, gradients summed by a fixed tree, AdamW. Neither the
// number of threads nor an interruption can be seen in the result.
#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/attention/encoding.hpp"
#include "core/model/model_config.hpp"
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
  // `train_text`: the training split's tokens. Fresh: initial parameters drawn from the seed, step 0.
  trainer(const model_config&, const train_config&, std::shared_ptr<const encoding>, std::span<const std::uint8_t> train_text,
          std::uint64_t seed, int threads);
  ~trainer();

  int steps_done() const;
  const transformer& model() const;

  // One optimiser step. Throws non_finite_error, with the step and what is not finite, before anything is updated.
  step_record step();
  // Mean loss over the first validation_targets of the text, in windows of the training length.
  double validation_loss(std::span<const std::uint8_t> validation_text);

  // Parameters, moments and step as a checkpoint's bytes (safetensors with checksums); metadata is added to it. Loading
  // demands the same tensors and returns the file's metadata; throws damaged_file.
  void save(const std::filesystem::path&, const std::vector<std::pair<std::string, std::string>>& metadata) const;
  std::vector<std::pair<std::string, std::string>> load(const std::filesystem::path&);
  // SHA-256 over all parameters in order, little-endian bytes.
  std::string digest() const;

  // Bytes that a trainer of this config holds at its peak, text apart.
  static std::uint64_t memory(const model_config&, const train_config&, const encoding&, int threads);

 private:
  struct state;
  std::unique_ptr<state> self;
};

}  // namespace lengthwise
