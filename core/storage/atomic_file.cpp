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
#include <thread>

#include "core/storage/descriptor.hpp"

namespace lengthwise {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_suffix = ".tmp";

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
    if (errno != EEXIST) refuse_to("write", target, errno);
  }
}

// A file that is replaced keeps who may read it, and whose it is where that is allowed.
void keep_mode(int file, const fs::path& target) {
  struct stat old {};
  if (::lstat(target.c_str(), &old) != 0 || !S_ISREG(old.st_mode)) return;
  struct stat made {};
  if (::fstat(file, &made) == 0 && (made.st_uid != old.st_uid || made.st_gid != old.st_gid) &&
      ::fchown(file, old.st_uid, old.st_gid) != 0 && errno != EPERM)
    refuse_to("change the owner of", target, errno);
  if (::fchmod(file, old.st_mode & 07777) != 0) refuse_to("change the mode of", target, errno);
}

void sync_folder(const fs::path& folder) {
  descriptor opened(retried([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (opened.number() < 0) refuse_to("open the folder", folder, errno);
  // Some network file systems cannot sync folders and say EINVAL; the rename has happened all the same.
  if (retried([&] { return ::fsync(opened.number()); }) < 0 && errno != EINVAL)
    refuse_to("sync the folder", folder, errno);
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
  keep_mode(file.number(), path);
  write_all(file.number(), bytes, path);
  if (retried([&] { return ::fsync(file.number()); }) < 0) refuse_to("sync", path, errno);
  if (file.close() < 0) refuse_to("close", path, errno);

  sleep_for_crash_tests();

  if (::rename(temporary.path.c_str(), path.c_str()) < 0) refuse_to("replace", path, errno);
  temporary.renamed = true;
  sync_folder(folder_of(path));
}

void write_atomically(const fs::path& path, std::string_view text) {
  write_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace lengthwise
