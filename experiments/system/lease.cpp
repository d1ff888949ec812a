#include "experiments/system/lease.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/system/interruption.hpp"

namespace lengthwise {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;

namespace {

constexpr int beats_in_a_lease = 6;
constexpr std::chrono::milliseconds glance(100);

fs::path file_of(const fs::path& folder) { return folder / "lease"; }

std::string text_of(const lease_holder& h) {
  return fmt::format("{} {} {} {} {:<12}\n", h.host, h.boot, h.process, h.number, h.beat);
}

// Opened and closed each time: a network file system shows and sends what was written only then.
bool write_over(const fs::path& file, int flags, const lease_holder& h) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0644);
  if (descriptor < 0) return false;
  const std::string text = text_of(h);
  const bool whole = ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  const int code = errno;
  ::close(descriptor);
  errno = code;
  return whole;
}

std::string who(const lease_holder& h) { return fmt::format("process {} on {}", h.process, printable(h.host)); }

}  // namespace

double lease_seconds() {
  const char* text = std::getenv("LENGTHWISE_LEASE_SECONDS");
  const double seconds = text == nullptr ? 0 : std::strtod(text, nullptr);
  return seconds > 0 && seconds < 86400 ? seconds : 60;
}

lease_holder own_lease() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') name = {'?'};
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  return {name.data(), boot.empty() ? "?" : boot, ::getpid(),
          fmt::format("{}-{}", ::getpid(), clock::now().time_since_epoch().count()), 0};
}

std::optional<lease_holder> read_lease(const fs::path& folder) {
  const int descriptor = ::open(file_of(folder).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return std::nullopt;
  std::array<char, 1024> bytes{};
  const ssize_t size = ::read(descriptor, bytes.data(), bytes.size());
  ::close(descriptor);
  std::istringstream in(std::string(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0));
  lease_holder h;
  if (!(in >> h.host >> h.boot >> h.process >> h.number >> h.beat)) return lease_holder();
  return h;
}

bool lease::create() {
  if (write_over(file_, O_CREAT | O_EXCL, own_)) return true;
  if (errno == EEXIST) return false;
  const int code = errno;
  if (read_lease(file_.parent_path()) == lease_holder()) ::unlink(file_.c_str());  // made, and no room for its text
  throw io_error(fmt::format("cannot write {}: {}; free some space or choose another folder", printable(file_.string()),
                             std::generic_category().message(code)));
}

lease::lease(const fs::path& folder, bool alone, double patience_seconds) : file_(file_of(folder)), own_(own_lease()) {
  const clock::time_point begin = clock::now();
  const std::chrono::duration<double> patience(patience_seconds), life(lease_seconds());
  std::optional<lease_holder> seen;  // as it was last, and since when
  clock::time_point since = begin;
  bool alive = false;  // seen to beat
  while (!create()) {
    const std::optional<lease_holder> there = read_lease(folder);
    if (there && alone && there->same_machine(own_)) {
      ::unlink(file_.c_str());  // its lock is gone, and so is it
      continue;
    }
    if (there != seen) alive = seen && there, seen = there, since = clock::now();
    if (alive && clock::now() - begin > patience)
      throw io_error(
          fmt::format("{} is in use by {}; wait for it or stop it there", printable(folder.string()), who(*there)));
    if (clock::now() - since > life) {
      if (!seen) throw io_error(fmt::format("{} cannot be read; remove it", printable(file_.string())));
      ::unlink(file_.c_str());
      broken_ = who(*seen);
      continue;
    }
    if (interruption_requested())
      throw interrupted(fmt::format("interrupted while {} held {}; run the same command again to go on",
                                    there ? who(*there) : "another process", printable(folder.string())));
    std::this_thread::sleep_for(glance);
  }
  if (!broken_.empty()) {
    // Another may have found the same holder dead, and removed what was made here in its place.
    std::this_thread::sleep_for(5 * glance);
    const std::optional<lease_holder> there = read_lease(folder);
    if (there != own_)
      throw io_error(fmt::format("{} was just taken by {}; wait for it or stop it there", printable(folder.string()),
                                 there ? who(*there) : "another process"));
  }
  renewing_ = std::jthread([this](const std::stop_token& stop) { renew(stop); });
}

void lease::renew(const std::stop_token& stop) {
  const std::chrono::duration<double> pause(lease_seconds() / beats_in_a_lease);
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, stop, pause, [] { return false; }) && !stop.stop_requested()) {
    if (const std::optional<lease_holder> there = read_lease(file_.parent_path());
        there && there->number == own_.number) {
      ++own_.beat;
      write_over(file_, 0, own_);  // a disk that is full now may have room for the next
    } else if (there && there->process != 0) {
      ask_to_interrupt();  // this process slept so long that it was taken for dead, and another goes on
      return;
    }
  }
}

lease::~lease() {
  renewing_.request_stop();
  if (renewing_.joinable()) renewing_.join();
  if (const std::optional<lease_holder> there = read_lease(file_.parent_path()); there && there->number == own_.number)
    ::unlink(file_.c_str());
}

}  // namespace lengthwise
