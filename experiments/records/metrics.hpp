// metrics.jsonl: one line per logged step, whole lines only, also after an interruption.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "core/training/trainer.hpp"

namespace lengthwise {

class metrics_file {
 public:
  // Goes on behind the line of `last_step`: what stands behind it was written after the checkpoint that the run goes on
  // from, or only in part, and is cut off.
  metrics_file(const std::filesystem::path& file, int last_step);
  ~metrics_file();
  metrics_file(const metrics_file&) = delete;
  metrics_file& operator=(const metrics_file&) = delete;

  // Losses are written so that they read back as the same bits; the seconds and the rate of tokens are the wall
  // clock's.
  void append(const step_record&, std::optional<double> validation_loss, double seconds, double tokens_per_second);
  // Brings everything appended to the disk. Throws io_error, as append does.
  void sync();

 private:
  [[noreturn]] void fail() const;
  std::filesystem::path path;
  int file;
};

}  // namespace lengthwise
