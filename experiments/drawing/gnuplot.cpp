#include "experiments/drawing/gnuplot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/product.hpp"

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
    const char* wanted = std::getenv("TMPDIR");
    const fs::path above = wanted != nullptr && *wanted != '\0' ? wanted : "/tmp";
    std::string pattern = (above / "lengthwise-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      fail(fmt::format("no folder can be made in {}: {}", printable(above.string()),
                       std::generic_category().message(errno)),
           "set TMPDIR to a folder you may write to");
    path = pattern;
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;  // what stays behind lies in the system's folder for such things
    fs::remove_all(path, ignored);
  }
};

// What gnuplot needs to be found and to start, and nothing that changes what it draws.
std::vector<std::string> plain_environment(const fs::path& home) {
  std::vector<std::string> all{"HOME=" + home.string(), "LC_ALL=C.UTF-8"};
  for (const char* name : {"PATH", "LD_LIBRARY_PATH"})
    if (const char* value = std::getenv(name)) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Runs the file "script" of a folder there.
void run_gnuplot(const fs::path& folder) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int number : {STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<std::string> words{"gnuplot", "--default-settings", "script"}, settings = plain_environment(folder);
  pid_t process = 0;
  const int code =
      ::posix_spawnp(&process, "gnuplot", &actions, nullptr, pointers_to(words).data(), pointers_to(settings).data());
  posix_spawn_file_actions_destroy(&actions);
  constexpr std::string_view remedy = "install it: apt-get install gnuplot-nox";
  if (code != 0) fail(fmt::format("gnuplot is not there ({})", std::generic_category().message(code)), remedy);
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 127 << 8) fail("gnuplot is not there", remedy);
  if (status != 0) fail("gnuplot failed", "a newer version may help: apt-get install gnuplot-nox");
}

// A format's first and last bytes; behind the last there may be a line break.
struct figure_format {
  std::string_view ending, terminal, begin, end;
};
constexpr std::array formats{figure_format{".svg", "svg", "<?xml", "</svg>"},
                             figure_format{".pdf", "pdfcairo", "%PDF-", "%%EOF"},
                             figure_format{".png", "pngcairo", "\x89PNG\r\n\x1a\n", "IEND\xae\x42\x60\x82"}};

// gnuplot may say that all went well where a disk was full.
std::vector<std::byte> whole_figure(const fs::path& file, const figure_format& format) {
  constexpr std::string_view remedy =
      "free some space where TMPDIR says, and see whether gnuplot draws: gnuplot -e 'set terminal svg; plot x'";
  std::error_code code;
  if (!fs::is_regular_file(file, code)) fail("gnuplot drew nothing", remedy);
  std::vector<std::byte> bytes = file_bytes(file);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (!text.starts_with(format.begin) || !text.ends_with(format.end)) fail("what gnuplot drew is not whole", remedy);
  return bytes;
}

}  // namespace

std::string figure_words::of(std::string_view text) {
  words_.push_back(printable(text, text.size()));
  return fmt::format("said({})", words_.size());
}

std::string figure_words::block() const {
  // A mark before each keeps spaces, and no word can be the end of the block.
  std::string block = "$words << END\n";
  for (const std::string& word : words_) block += fmt::format("={}\n", word);
  return block + "END\nsaid(n) = substr($words[n], 2, strlen($words[n]))\n";
}

std::string figure_canvas(std::string_view terminal, double width, double height) {
  const double dots = terminal == "svg" ? 96 : 192;
  const std::string size = terminal == "pdfcairo"
                               ? fmt::format("{}in,{}in", width, height)
                               : fmt::format("{},{} {} background '#ffffff'", width * dots, height * dots,
                                             terminal == "pngcairo" ? "fontscale 2 linewidth 2" : "");
  return fmt::format(
      "set terminal {} size {}\n{}set encoding utf8\nset border 3 lc rgb '#666666'\nset tics nomirror\n"
      "set grid ytics lc rgb '#e4e4e4' lt 1 lw 0.7\n",
      terminal, size, figure_output);
}

void draw_with_gnuplot(const fs::path& file, const gnuplot_script& script) {
  const auto format = std::ranges::find(formats, file.extension().string(), &figure_format::ending);
  if (format == formats.end())
    throw usage_error(fmt::format("{}: a figure's name ends in .svg, .pdf or .png", printable(file.string())));
  const temporary_folder folder;
  figure_words words;
  const std::string commands = script(format->terminal, words);
  write_atomically(folder.path / "script", words.block() + commands);
  run_gnuplot(folder.path);
  write_product(file, whole_figure(folder.path / "figure", *format));
}

}  // namespace lengthwise
