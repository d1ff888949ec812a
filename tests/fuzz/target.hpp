// What a fuzzer and the replay of its inputs share: each target file defines `read` for one reader of the program.
#pragma once
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

namespace lengthwise::testing {

// Gives the bytes to the reader; true when it takes them, false when it refuses them as it says it does. Anything else,
// an exception of another kind or a result that does not come back as it was read, ends the program by demand().
bool read(std::span<const std::byte> bytes);

inline void demand(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// A message that a user sees: one or two lines of text, none of it control characters.
inline void demand_readable(std::string_view message) {
  std::size_t lines = 1;
  for (const char c : message) {
    if (c == '\n')
      ++lines;
    else
      demand(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a message without control characters");
  }
  demand(!message.empty() && lines <= 2, "a message of one or two lines");
}

// The bytes as a file that lies in memory, for readers that want a path.
class memory_file {
 public:
  explicit memory_file(std::span<const std::byte> bytes) : file_(::memfd_create("input", MFD_CLOEXEC)) {
    demand(file_ >= 0 && ::write(file_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
           "a file in memory");
  }
  ~memory_file() { ::close(file_); }
  memory_file(const memory_file&) = delete;
  memory_file& operator=(const memory_file&) = delete;
  std::string path() const { return fmt::format("/proc/self/fd/{}", file_); }

 private:
  int file_;
};

}  // namespace lengthwise::testing
