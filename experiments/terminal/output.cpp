#include "experiments/terminal/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {
namespace {

int problem_of_output = 0;  // errno of the first write that failed

void drop_or_write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void show_text(std::string_view text) {
  const std::string safe = printable_lines(text);
  errno = 0;
  if (std::fwrite(safe.data(), 1, safe.size(), stdout) < safe.size() && problem_of_output == 0)
    problem_of_output = errno;
}

void require_shown() {
  errno = 0;
  if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && problem_of_output == 0) problem_of_output = errno;
  if (std::ferror(stdout) == 0 && problem_of_output == 0) return;
  throw io_error(fmt::format("cannot write to standard output: {}; send it where there is room, or to a file",
                             std::generic_category().message(problem_of_output)));
}

void tell_text(std::string_view text) { drop_or_write(printable_lines(text)); }

screen screen_of(int descriptor) {
  winsize size{};
  const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? screen{size.ws_col, size.ws_row} : screen{};
}

void redraw(std::span<const std::string> lines, std::size_t before) {
  std::string text = before > 1 ? fmt::format("\r\033[{}A", before - 1) : "\r";
  text += "\033[J";
  for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "" : "\n") + printable(lines[i], lines[i].size());
  drop_or_write(text);
}

}  // namespace lengthwise
