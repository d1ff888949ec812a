#include "core/storage/product.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <initializer_list>

#include "core/storage/atomic_file.hpp"
#include "core/storage/descriptor.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

bool is_open_as(const struct stat& file, int number) {
  struct stat own {};
  return ::fstat(number, &own) == 0 && own.st_dev == file.st_dev && own.st_ino == file.st_ino;
}

// Where links lead, also to a file that is not there yet.
fs::path followed(const fs::path& path) {
  constexpr int most_links = 40;  // as Linux has it
  fs::path at = path;
  std::error_code code;
  for (int links = 0; fs::is_symlink(at, code); ++links) {
    if (links == most_links) refuse_to("write", path, ELOOP);
    at = at.parent_path() / fs::read_symlink(at);
  }
  return at;
}

void write_into(int file, std::span<const std::byte> bytes, const fs::path& path) {
  if (file == STDOUT_FILENO) std::fflush(stdout);  // what was said before stands before it
  write_all(file, bytes, path);
}

}  // namespace

bool is_standard_output(const fs::path& path) {
  struct stat file {};
  return path == "-" || (::stat(path.c_str(), &file) == 0 && is_open_as(file, STDOUT_FILENO));
}

void write_product(const fs::path& path, std::span<const std::byte> bytes) {
  if (path == "-") return write_into(STDOUT_FILENO, bytes, "standard output");
  struct stat file {};
  if (::stat(path.c_str(), &file) == 0) {
    // A file that is open already, as /dev/stdout may be, goes on behind what stands in it.
    for (const int number : {STDOUT_FILENO, STDERR_FILENO})
      if (is_open_as(file, number)) return write_into(number, bytes, path);
    if (!S_ISREG(file.st_mode)) {
      descriptor opened(retried([&] { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY); }));
      if (opened.number() < 0) refuse_to("write", path, errno);
      write_into(opened.number(), bytes, path);
      if (opened.close() < 0) refuse_to("close", path, errno);
      return;
    }
  }
  write_atomically(followed(path), bytes);
}

void write_product(const fs::path& path, std::string_view text) { write_product(path, std::as_bytes(std::span(text))); }

}  // namespace lengthwise
