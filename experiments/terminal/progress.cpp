#include "experiments/terminal/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/storage/printable.hpp"
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
  const std::string numbers = fmt::format("{:3.0f} %  {}", 100 * share, text);
  // In a narrow terminal the bar gives way first, then the beginning of the title.
  const std::size_t width = columns(), wanted = title_.size() + numbers.size() + 4;
  const std::size_t bar = wanted < width ? std::min(bar_width, width - wanted) : 0;
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(bar));
  const std::size_t room = width > numbers.size() + 9 ? width - numbers.size() - 1 : 8;
  draw({bar > 3 ? fmt::format("{} [{}{}] {}", title_, std::string(full, '='), std::string(bar - full, ' '), numbers)
                : fmt::format("{} {}", printable(title_, room), numbers)},
       share);
}

bool progress_view::is_due(double share) const {
  if (style_ == style::quiet) return false;
  const auto waited = clock::now() - last_;
  if (style_ == style::bar) return waited >= redraw_after;
  return waited >= line_after || (waited >= line_pause && share - last_share_ >= line_share);
}

std::size_t progress_view::columns() const {
  // The last column stays free: a terminal that is written to its end may go on to the next line.
  return style_ == style::bar ? screen_of(STDERR_FILENO).columns - 1 : 80;
}

void progress_view::draw(const std::vector<std::string>& lines, double share) {
  if (style_ == style::quiet) return;
  last_ = clock::now(), last_share_ = share;
  if (style_ == style::lines) {
    for (const std::string& line : lines) print(line);
    return;
  }
  std::vector<std::string> cut;
  for (const std::string& line : lines) cut.push_back(printable(line, columns()));
  redraw(cut, drawn_);
  drawn_ = cut.size();
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
  if (drawn_ > 0) redraw({}, drawn_);
  drawn_ = 0;
}

}  // namespace lengthwise
