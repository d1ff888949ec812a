#include "experiments/serving/followed_metrics.hpp"

#include <fstream>
#include <string>
#include <system_error>

namespace lengthwise {
namespace {

constexpr std::size_t most_points = 400;

}  // namespace

void followed_metrics::look() {
  namespace fs = std::filesystem;
  std::error_code code;
  if (!fs::is_regular_file(fs::symlink_status(file_, code)) || code) return;
  const std::uintmax_t size = fs::file_size(file_, code);
  if (code || size == read_to_) return;
  if (size < read_to_) *this = followed_metrics(file_);
  std::ifstream in(file_, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(read_to_));
  for (std::string line; std::getline(in, line) && !in.eof();) {  // the last one may not be whole yet
    read_to_ += line.size() + 1;
    const std::optional<metrics_line> found = parse_metrics(line);
    if (!found || (lines_++ % every_ != 0 && !found->validation_loss)) continue;
    points_.push_back(*found);
    if (points_.size() <= most_points) continue;
    every_ *= 2;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < points_.size(); ++i)
      if (i % 2 == 0) points_[kept++] = points_[i];
    points_.resize(kept);
  }
}

}  // namespace lengthwise
