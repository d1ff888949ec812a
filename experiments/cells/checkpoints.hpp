// The checkpoints of a cell: CELL/checkpoints/step-000200.safetensors.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/training/trainer.hpp"
#include "experiments/terminal/observer.hpp"

namespace lengthwise {

class checkpoints {
 public:
  static constexpr int kept = 2;

  // What a checkpoint must belong to.
  struct origin {
    std::string config_hash, corpus_sha256;
  };
  // What is known beside the trainer's state.
  struct notes {
    double last_loss, seconds;  // of the last step; of training so far
  };

  checkpoints(std::filesystem::path folder, origin);

  // Loads the newest good one into the trainer; false when there is none at all. A damaged one is set aside as
  // NAME.damaged, said, and the one before it is tried. Throws damaged_file when all are damaged, data_error when the
  // text has changed since, usage_error when the config has.
  bool load_newest(trainer&, notes&, observer&) const;
  // Saves, reads the file back, and only then removes all but the two newest.
  void save(const trainer&, const notes&) const;
  // The steps of all there are, newest first.
  std::vector<int> steps() const;

 private:
  std::filesystem::path file(int step) const;
  void remove_old() const;
  std::filesystem::path folder_;
  origin origin_;
};

}  // namespace lengthwise
