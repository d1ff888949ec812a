#include "experiments/system/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/system/interruption.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

int read_process_id(int file) {
  std::array<char, 32> text{};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  int id = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, id);
  return id;
}

std::string reason(int code) { return std::generic_category().message(code); }

[[noreturn]] void refuse_link(const fs::path& link) {
  throw usage_error(
      fmt::format("{} is a symbolic link, which a results folder may not hold; remove it or give another --output",
                  printable(link.string())));
}

}  // namespace

void make_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code || !fs::is_directory(folder, code))
    throw io_error(fmt::format("cannot make the folder {}: {}; choose another with --output",
                               printable(folder.string()), code ? code.message() : reason(ENOTDIR)));
}

void refuse_links(const fs::path& folder) {
  std::error_code code;
  const fs::path plain = folder.has_filename() ? folder : folder.parent_path();
  if (fs::is_symlink(plain, code)) refuse_link(plain);
  for (fs::recursive_directory_iterator at(plain, code), end; !code && at != end; at.increment(code))
    if (at->is_symlink(code)) refuse_link(at->path());
}

void remove_temporaries(const fs::path& folder, subfolders below) {
  std::error_code ignored;  // another start will find what could not be deleted now
  for (fs::recursive_directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored)) {
    if (below == subfolders::leave) at.disable_recursion_pending();
    if (at->is_regular_file(ignored) && is_temporary_name(at->path().filename().string()))
      fs::remove(at->path(), ignored);
  }
}

folder_lock::folder_lock(const fs::path& folder, double patience_seconds)
    : file(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)) {
  const std::string name = printable(folder.string());
  if (file < 0)
    throw io_error(fmt::format("cannot write in {}: {}; choose another folder with --output", name, reason(errno)));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(patience_seconds);
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (interruption_requested()) {
      ::close(file);
      throw interrupted(
          fmt::format("interrupted while another process held {}; run the same command again to go on", name));
    }
    if (errno == EWOULDBLOCK && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    const int code = errno, holder_id = read_process_id(file);
    ::close(file);
    if (code != EWOULDBLOCK) throw io_error(fmt::format("cannot lock {}: {}", name, reason(code)));
    throw io_error(
        fmt::format("{} is in use by process {}; wait for it or stop it (kill {})", name, holder_id, holder_id));
  }
  const std::string id = fmt::format("{}\n", ::getpid());
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) {
    const int code = errno;
    ::close(file);
    throw io_error(
        fmt::format("cannot write {}/lock: {}; free some space or choose another folder", name, reason(code)));
  }
}

folder_lock::~folder_lock() {
  if (::ftruncate(file, 0) != 0) {
    // The id stays behind; without the lock it says nothing.
  }
  ::close(file);
}

std::optional<int> folder_lock::holder(const fs::path& folder) {
  const int file = ::open((folder / "lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return std::nullopt;
  std::optional<int> id;
  if (::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) id = read_process_id(file);
  ::close(file);
  return id;
}

}  // namespace lengthwise
