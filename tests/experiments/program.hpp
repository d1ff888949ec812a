// Runs the program as a user would, and gives tests a folder of their own.
#pragma once
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace lengthwise::testing {

struct outcome {
  int code;          // exit code, 128 + signal where a signal ended it
  std::string text;  // standard output and standard error together
};

inline outcome shell(const std::string& command) {
  std::FILE* pipe = ::popen(("{ " + command + "\n} 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen");
  outcome o{0, ""};
  std::array<char, 4096> piece{};
  for (std::size_t n = 0; (n = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) o.text.append(piece.data(), n);
  const int status = ::pclose(pipe);
  o.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return o;
}
// Shell text that waits until a condition holds, or the process $p is gone.
inline std::string until(const std::string& condition) {
  return "while kill -0 $p 2>/dev/null && ! { " + condition + "; } >/dev/null 2>&1; do sleep 0.01; done; ";
}
// Words as a shell reads them.
inline outcome program(const std::string& words) { return shell(std::string(LENGTHWISE_PROGRAM " ").append(words)); }

struct folder {
  std::filesystem::path path;
  folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lengthwise-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path = pattern;
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  // Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
  std::string at(const std::string& name) const { return (path / name).string(); }
};

// The beginning of a command that may mount file systems which nobody else sees; empty where that is not permitted.
inline std::string with_own_mounts() {
  for (const std::string command : {"unshare --mount ", "unshare --user --map-root-user --mount "}) {
    const folder probe;
    if (shell(command + "mount -t tmpfs none " + probe.path.string()).code == 0) return command;
  }
  std::fprintf(stderr, "SKIPPED: no file system can be mounted here\n");
  return "";
}

inline std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A model that trains in well under a second, on the text that needs no file.
inline constexpr const char* tiny_config = R"(name = "tiny"
[corpus]
name = "synthetic"
[model]
layers = 1
width = 16
heads = 2
feed_forward = 32
[train]
length = 16
batch = 8
steps = 20
warmup = 2
log_every = 2
validate_every = 10
checkpoint_every = 5
validation_targets = 256
keep_checkpoints = 2
[evaluate]
lengths = [16, 64]
stride = 8
targets = 256
)";

}  // namespace lengthwise::testing
