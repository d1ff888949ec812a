// The checkpoints of a cell: CELL/checkpoints/step-000200.safetensors.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/transformer.hpp"
#include "core/training/trainer.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

class checkpoints {
 public:
  static constexpr int kept = 2;

  // What a checkpoint must belong to; an empty digest asks for no text.
  struct origin {
    std::string config_hash, corpus_sha256;
    std::string training_hash = "";  // a checkpoint of the same training will do, however it was evaluated
  };
  // What is known beside the trainer's state.
  struct notes {
    double last_loss, seconds;  // of the last step; of training so far
  };

  checkpoints(std::filesystem::path folder, origin);

  // Loads the newest good one into the trainer; false when there is none. A damaged one is set aside as NAME.damaged,
  // said, and the one before it is tried. Throws data_error when the text has changed since, usage_error when the
  // config has.
  bool load_newest(trainer&, notes&, observer&) const;
  // The same for a model alone, which needs no text: its step, or nothing when there is none.
  std::optional<int> load_newest(transformer&, notes&, observer&) const;
  // Saves, reads the file back, and only then removes all but the two newest.
  void save(const trainer&, const notes&) const;
  // Of a finished training: leaves that many with the optimiser's state; with 0, the last one's parameters alone.
  void keep(int whole_ones, const trainer&, const notes&) const;
  // The steps of all there are, newest first.
  std::vector<int> steps() const;
  std::filesystem::path file(int step) const;

 private:
  using metadata = std::map<std::string, std::string>;
  bool load_newest(const std::function<metadata(const std::filesystem::path&)>& load, notes&, observer&) const;
  void remove_old(std::size_t kept_ones = kept) const;
  metadata metadata_of(const notes&) const;
  std::filesystem::path folder_;
  origin origin_;
};

}  // namespace lengthwise
