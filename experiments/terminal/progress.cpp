#include "experiments/terminal/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

constexpr auto redraw_after = std::chrono::milliseconds(100);
constexpr auto line_after = std::chrono::seconds(10);
constexpr auto line_pause = std::chrono::seconds(1);
constexpr double line_share = 0.1;
constexpr std::size_t bar_width = 24;

// What is being done, without its numbers: "training", "evaluating 512 bytes".
std::string phase_of(std::string_view text) { return std::string(text.substr(0, text.find("  "))); }

}  // namespace

progress_view::style progress_view::fitting(bool quiet) {
  if (quiet) return style::quiet;
  return ::isatty(STDERR_FILENO) != 0 ? style::bar : style::lines;
}

progress_view::~progress_view() { clear(); }

void progress_view::begin(std::string_view title) {
  title_ = title;
  phase_.clear();
  if (style_ == style::lines) print(title);
}

void progress_view::progress(double share, std::string_view text) {
  if (style_ == style::quiet) return;
  const clock::time_point now = clock::now();
  std::string phase = phase_of(text);
  if (style_ == style::lines) {
    if (phase != phase_) phase_ = std::move(phase), last_share_ = 0;
    const auto waited = now - last_;
    if (waited < line_after && (waited < line_pause || share - last_share_ < line_share)) return;
    last_ = now, last_share_ = share;
    return print(fmt::format("  {:3.0f} %  {}", 100 * share, text));
  }
  if (now - last_ < redraw_after && share < 1) return;
  last_ = now;
  const std::string numbers = fmt::format("{:3.0f} %  {}", 100 * share, text);
  // In a narrow terminal the bar gives way first, then the beginning of the cell's long name.
  const std::size_t width = screen_of(STDERR_FILENO).columns, wanted = title_.size() + numbers.size() + 4;
  const std::size_t bar = wanted < width ? std::min(bar_width, width - wanted) : 0;
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(bar));
  std::string line =
      bar > 3 ? fmt::format("{} [{}{}] {}", title_, std::string(full, '='), std::string(bar - full, ' '), numbers)
              : fmt::format("{} {}", title_, numbers);
  if (line.size() >= width) line = line.substr(std::min(line.size() - width + 1, title_.size())).substr(0, width - 1);
  redraw(line);
  drawn_ = true;
}

void progress_view::note(std::string_view text) {
  clear();
  tell("{}\n", text);
}

void progress_view::line(std::string_view text) {
  if (style_ != style::quiet) print(text);
}

void progress_view::print(std::string_view text) {
  clear();
  tell("{}\n", text);
}

void progress_view::clear() {
  if (drawn_) redraw("");
  drawn_ = false;
}

}  // namespace lengthwise
