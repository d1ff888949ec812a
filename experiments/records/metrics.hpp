// metrics.jsonl: one line per logged step, whole lines only, also after an interruption.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/training/trainer.hpp"

namespace lengthwise {

// What a line says.
struct metrics_line {
  int step;
  double loss;  // nats
  double seconds, tokens_per_second;
  std::optional<double> validation_loss;
};
// The last whole line; nothing where there is none. A line that is none of ours is passed over.
std::optional<metrics_line> last_line(const std::filesystem::path& file);
// A line of the file; nothing where it is cut or says no loss.
std::optional<metrics_line> parse_metrics(std::string_view line);

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
