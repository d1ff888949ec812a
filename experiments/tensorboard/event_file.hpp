// TensorBoard's files: scalars against steps, as its summary writer leaves them (TFRecord frames of Event messages).
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// The bytes of a file that TensorBoard reads, event by event.
class event_file {
 public:
  event_file();
  // Times are seconds since the training began.
  void add(double seconds, std::int64_t step, std::string_view tag, double value);
  const std::string& bytes() const { return bytes_; }

 private:
  void frame(std::string_view event);
  std::string bytes_;
};

// For each finished cell of a study a folder below `into`, with its logged losses [nats] and speed against steps, and
// its bits per byte by every protocol (and view) against the evaluated length. Throws io_error.
void write_event_files(const measurements&, const std::filesystem::path& into);

}  // namespace lengthwise
