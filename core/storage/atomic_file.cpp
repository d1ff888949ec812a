#include "core/storage/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_suffix = ".tmp";

std::string_view remedy(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT: return "free some space and run again; finished work is kept";
    case EACCES:
    case EPERM:
    case EROFS: return "choose a folder you may write to";
    case ENOENT:
    case ENOTDIR: return "create the folder first";
    default: return "check the disk and run again";
  }
}

[[noreturn]] void fail(std::string_view action, const fs::path& path, int code) {
  throw io_error(fmt::format("cannot {} {}: {}; {}", action, printable(path.string()),
                             std::generic_category().message(code), remedy(code)));
}

template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }

  int number() const { return number_; }

  // Not retried on EINTR: Linux has released the descriptor by then, and another thread may already own its number.
  int close() {
    const int closed = number_ < 0 ? 0 : ::close(number_);
    number_ = -1;
    return closed;
  }

 private:
  int number_;
};

struct temporary_file {
  fs::path path;
  bool renamed = false;

  temporary_file() = default;
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() {
    if (!renamed && !path.empty()) ::unlink(path.c_str());
  }
};

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

// A new file next to `target`. Its name is tried again with the next number when a killed process of the same id left
// one.
int create_beside(const fs::path& target, temporary_file& temporary) {
  static std::atomic<unsigned> counter{0};
  for (;;) {
    fs::path candidate = target;
    candidate += fmt::format(".{}-{}{}", ::getpid(), counter++, temporary_suffix);
    const int number =
        retried([&] { return ::open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
    if (number >= 0) {
      temporary.path = candidate;
      return number;
    }
    if (errno != EEXIST) fail("write", target, errno);
  }
}

void write_all(int file, std::span<const std::byte> bytes, const fs::path& target) {
  while (!bytes.empty()) {
    // Linux writes at most about 2 GiB at once; smaller pieces also let a signal be noticed.
    const std::size_t piece = std::min(bytes.size(), std::size_t{1} << 28);
    const ssize_t written = retried([&] { return ::write(file, bytes.data(), piece); });
    if (written < 0) fail("write", target, errno);
    if (written == 0) fail("write", target, ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void sync_folder(const fs::path& folder) {
  descriptor opened(retried([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (opened.number() < 0) fail("open the folder", folder, errno);
  // Some network file systems cannot sync folders and say EINVAL; the rename has happened all the same.
  if (retried([&] { return ::fsync(opened.number()); }) < 0 && errno != EINVAL) fail("sync the folder", folder, errno);
}

void sleep_for_crash_tests() {
  if (const char* delay = std::getenv("LENGTHWISE_SAVE_DELAY_MS"))
    std::this_thread::sleep_for(std::chrono::milliseconds(std::strtol(delay, nullptr, 10)));
}

}  // namespace

bool is_temporary_name(std::string_view name) {
  if (!name.ends_with(temporary_suffix)) return false;
  name.remove_suffix(temporary_suffix.size());
  for (const char before : {'-', '.'}) {
    const std::size_t digits = name.size() - std::min(name.size(), name.find_last_not_of("0123456789") + 1);
    if (digits == 0 || digits == name.size() || name[name.size() - digits - 1] != before) return false;
    name.remove_suffix(digits + 1);
  }
  return !name.empty();
}

void write_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  temporary_file temporary;
  descriptor file(create_beside(path, temporary));
  write_all(file.number(), bytes, path);
  if (retried([&] { return ::fsync(file.number()); }) < 0) fail("sync", path, errno);
  if (file.close() < 0) fail("close", path, errno);

  sleep_for_crash_tests();

  if (::rename(temporary.path.c_str(), path.c_str()) < 0) fail("replace", path, errno);
  temporary.renamed = true;
  sync_folder(folder_of(path));
}

void write_atomically(const fs::path& path, std::string_view text) {
  write_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace lengthwise
