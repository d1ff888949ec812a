#include "experiments/drawing/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"

extern char** environ;

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(std::string_view what, std::string_view remedy) {
  throw io_error(fmt::format("cannot draw the figure: {}; {}", what, remedy));
}

// A folder that is gone with its contents when it goes out of scope.
struct temporary_folder {
  fs::path path;
  temporary_folder() {
    std::string pattern = (fs::temp_directory_path() / "lengthwise-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      fail(std::generic_category().message(errno), "set TMPDIR to a folder you may write to");
    path = pattern;
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;  // what stays behind lies in the system's folder for such things
    fs::remove_all(path, ignored);
  }
};

void run_gnuplot(const fs::path& script) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  std::string program = "gnuplot", file = script.string();
  const std::array<char*, 3> words{program.data(), file.data(), nullptr};
  pid_t process = 0;
  const int code = ::posix_spawnp(&process, "gnuplot", &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  constexpr std::string_view remedy = "install it: apt-get install gnuplot-nox";
  if (code != 0) fail(fmt::format("gnuplot is not there ({})", std::generic_category().message(code)), remedy);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 127 << 8) fail("gnuplot is not there", remedy);
  if (status != 0) fail("gnuplot failed", "a newer version may help: apt-get install gnuplot-nox");
}

}  // namespace

std::string gnuplot_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

void draw_with_gnuplot(const fs::path& file, const gnuplot_script& script) {
  const fs::path ending = file.extension();
  const std::string_view terminal = ending == ".svg"   ? "svg"
                                    : ending == ".pdf" ? "pdfcairo"
                                    : ending == ".png" ? "pngcairo"
                                                       : "";
  if (terminal.empty())
    throw usage_error(fmt::format("{}: a figure's name ends in .svg, .pdf or .png", printable(file.string())));
  const temporary_folder folder;
  const fs::path text = folder.path / "script", output = folder.path / "figure";
  write_atomically(text, script(terminal, output));
  run_gnuplot(text);
  write_atomically(file, file_bytes(output));
}

}  // namespace lengthwise
