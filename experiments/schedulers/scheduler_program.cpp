#include "experiments/schedulers/scheduler_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>

#include "core/storage/errors.hpp"

extern char** environ;

namespace lengthwise {
namespace {

struct pipe_ends {
  int read = -1, write = -1;
  pipe_ends() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw io_error(fmt::format("no pipe can be made: {}", std::generic_category().message(errno)));
    read = ends[0], write = ends[1];
  }
  ~pipe_ends() {
    ::close(read);
    if (write >= 0) ::close(write);
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  void close_writing() {
    ::close(write);
    write = -1;
  }
};

// Whether there may be more.
bool read_more(int descriptor, std::string& text) {
  std::array<char, 4096> piece{};
  const ssize_t size = ::read(descriptor, piece.data(), piece.size());
  if (size > 0) text.append(piece.data(), static_cast<std::size_t>(size));
  return size > 0 || (size < 0 && errno == EINTR);
}

}  // namespace

std::optional<program_outcome> run_program(const std::vector<std::string>& words, double seconds) {
  pipe_ends output, problem;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, problem.write, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int code = ::posix_spawnp(&process, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) return std::nullopt;
  output.close_writing(), problem.close_writing();

  using clock = std::chrono::steady_clock;
  const clock::time_point deadline =
      clock::now() + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
  std::array<pollfd, 2> waited{pollfd{output.read, POLLIN, 0}, pollfd{problem.read, POLLIN, 0}};
  std::array<std::string, 2> texts;
  bool late = false;
  while (!late && (waited[0].fd >= 0 || waited[1].fd >= 0)) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    late = left <= 0;
    if (late || ::poll(waited.data(), waited.size(), static_cast<int>(left)) <= 0) continue;
    for (std::size_t i = 0; i < waited.size(); ++i)
      if (waited[i].fd >= 0 && waited[i].revents != 0 && !read_more(waited[i].fd, texts[i])) waited[i].fd = -1;
  }
  if (late) {
    ::kill(process, SIGKILL);
    texts[1] += fmt::format("{} did not answer within {} seconds", words.front(), seconds);
  }
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 127 << 8) return std::nullopt;
  return program_outcome{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(texts[0]),
                         read_text(texts[1])};
}

}  // namespace lengthwise
