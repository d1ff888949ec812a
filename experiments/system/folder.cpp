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
  bool alone = true;
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP) {  // a file system without locks: the lease decides
      alone = false;
      break;
    }
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
  try {
    lease_.emplace(folder, alone, patience_seconds);
  } catch (...) {
    ::close(file);
    throw;
  }
}

folder_lock::~folder_lock() {
  lease_.reset();
  if (::ftruncate(file, 0) != 0) {
    // The id stays behind; without the lock it says nothing.
  }
  ::close(file);
}

std::optional<read_text> folder_lock::holder(const fs::path& folder) {
  const int file = ::open((folder / "lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return std::nullopt;
  const bool is_held = ::flock(file, LOCK_SH | LOCK_NB) != 0;
  const int code = is_held ? errno : 0;
  const int id = is_held ? read_process_id(file) : 0;
  ::close(file);
  if (code == EWOULDBLOCK) return read_text(fmt::format("process {}", id));
  const std::optional<lease_holder> there = read_lease(folder);
  if (!there || (!is_held && there->same_machine(own_lease()))) return std::nullopt;
  // Only what is shown of another machine's process goes by the age of a file.
  std::error_code problem;
  const auto written = fs::last_write_time(folder / "lease", problem);
  const std::chrono::duration<double> age = fs::file_time_type::clock::now() - written;
  if (problem || age.count() > lease_seconds()) return std::nullopt;
  return read_text(fmt::format("process {} on {}", there->process, there->host));
}

}  // namespace lengthwise
