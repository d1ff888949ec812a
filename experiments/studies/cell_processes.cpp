#include "experiments/studies/cell_processes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "core/storage/errors.hpp"
#include "experiments/system/interruption.hpp"

extern char** environ;

namespace lengthwise {
namespace {

constexpr std::string_view progress_mark = "progress ", note_mark = "note ";

struct child {
  std::size_t index;
  pid_t process;
  int output;          // reading end of its standard output
  std::string unread;  // the beginning of a line
};

child spawn(std::size_t index, const std::vector<std::string>& command) {
  const auto fail = [&](int code) {
    throw io_error(
        fmt::format("cannot start a process for a cell: {}; run fewer --jobs", std::generic_category().message(code)));
  };
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  // A group of its own: a terminal's Ctrl-C comes to this process, which passes it on once.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t process = 0;
  const int code = ::posix_spawn(&process, command.front().c_str(), &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (code != 0) {
    ::close(ends[0]);
    fail(code);
  }
  return {index, process, ends[0], ""};
}

// Takes in what the child has said. False at its end.
bool read_from(child& c, study_progress& study) {
  std::array<char, 4096> piece{};
  const ssize_t size = ::read(c.output, piece.data(), piece.size());
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (size <= 0) return false;
  c.unread.append(piece.data(), static_cast<std::size_t>(size));
  for (std::size_t end = 0; (end = c.unread.find('\n')) != c.unread.npos; c.unread.erase(0, end + 1)) {
    const std::string line = c.unread.substr(0, end);
    if (line.starts_with(note_mark)) study.note(line.substr(note_mark.size()));
    if (!line.starts_with(progress_mark)) continue;
    char* rest = nullptr;
    const double share = std::strtod(line.c_str() + progress_mark.size(), &rest);
    study.progress(c.index, share, *rest == ' ' ? rest + 1 : rest);
  }
  return true;
}

int exit_status(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

namespace {

// A study that is gone reads nothing more, and the cell saves all the same.
void to_study(const std::string& line) {
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace

void child_reporter::progress(double share, std::string_view text) {
  using clock = std::chrono::steady_clock;
  static clock::time_point last;
  if (clock::now() - last < std::chrono::milliseconds(100)) return;
  last = clock::now();
  to_study(fmt::format("{}{:.4f} {}\n", progress_mark, share, text));
}

void child_reporter::note(std::string_view text) { to_study(fmt::format("{}{}\n", note_mark, text)); }

void end_with_parent() {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() == 1) ::raise(SIGTERM);  // it was already gone
}

void run_in_processes(const std::vector<std::vector<std::string>>& commands, int jobs, study_progress& study,
                      const std::function<void(std::size_t, int)>& ended) {
  std::vector<child> running;
  std::size_t next = 0, done = 0;
  bool asked = false;
  while (done < commands.size()) {
    while (!asked && next < commands.size() && running.size() < static_cast<std::size_t>(jobs)) {
      running.push_back(spawn(next, commands[next]));
      study.progress(next, 0, "starting");
      ++next;
    }
    if (interruption_requested() && !asked) {
      asked = true;
      study.note("asking the running cells to save");
      for (const child& c : running) ::kill(c.process, SIGTERM);
    }
    if (running.empty()) break;

    std::vector<pollfd> waiting;
    for (const child& c : running) waiting.push_back({c.output, POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), 200) > 0)
      for (std::size_t i = running.size(); i-- > 0;) {
        if (waiting[i].revents == 0 || read_from(running[i], study)) continue;
        ::close(running[i].output);
        const int status = exit_status(running[i].process);
        study.ended(running[i].index);
        ended(running[i].index, status);
        ++done;
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      }
  }
  if (asked) throw interrupted("interrupted, the running cells were saved; run the same command again to go on");
}

}  // namespace lengthwise
