#include "core/storage/atomic_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "tests/storage/temporary_folder.hpp"

namespace fs = std::filesystem;
using lengthwise::file_bytes;
using lengthwise::io_error;
using lengthwise::write_atomically;

namespace {

std::string text_of(const fs::path& path) {
  const std::vector<std::byte> bytes = file_bytes(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Runs `body` in a child process and returns how that ended; no test macro may run in the child.
template <class Body>
int status_of_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(atomic_files)

BOOST_AUTO_TEST_CASE(replace_the_old_file_and_leave_nothing_else) {
  const temporary_folder folder;
  const fs::path path = folder.path / "result.json";
  for (const std::string text : {"first", "", "a longer second text"}) {
    write_atomically(path, text);
    BOOST_TEST(text_of(path) == text);
    BOOST_TEST(files_in(folder.path) == 1u);
  }
}

BOOST_AUTO_TEST_CASE(are_readable_as_ordinary_files_are) {
  const temporary_folder folder;
  const mode_t mask = ::umask(022);
  write_atomically(folder.path / "file", "text");
  ::umask(mask);
  BOOST_TEST((fs::status(folder.path / "file").permissions() == fs::perms(0644)));
}

BOOST_AUTO_TEST_CASE(say_what_is_wrong_with_the_place) {
  const temporary_folder folder;
  const auto is_clear = [](const io_error& problem) {
    const std::string message = problem.what();
    return problem.exit_code() == 6 && message.find("missing/file") != std::string::npos &&
           message.find("create the folder first") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(write_atomically(folder.path / "missing/file", "text"), io_error, is_clear);

  fs::create_directory(folder.path / "taken");
  BOOST_CHECK_THROW(write_atomically(folder.path / "taken", "text"), io_error);
  BOOST_TEST(files_in(folder.path) == 1u);  // the temporary is gone
}

// A limit on file sizes makes write() stop short and then fail, as a full disk does.
BOOST_AUTO_TEST_CASE(keep_the_old_file_when_there_is_no_room) {
  const temporary_folder folder;
  const fs::path path = folder.path / "checkpoint";
  write_atomically(path, "old");
  const int status = status_of_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_atomically(path, std::string(5000, 'x'));
    } catch (const io_error&) {
      return 6;
    }
    return 0;
  });
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 6);
  BOOST_TEST(text_of(path) == "old");
  BOOST_TEST(files_in(folder.path) == 1u);
}

BOOST_AUTO_TEST_CASE(survive_a_kill_between_writing_and_renaming) {
  const temporary_folder folder;
  const fs::path path = folder.path / "checkpoint";
  write_atomically(path, "old");
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("LENGTHWISE_SAVE_DELAY_MS", "60000", 1);
    write_atomically(path, "new");
    ::_exit(0);
  }
  while (files_in(folder.path) < 2) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_TEST(WIFSIGNALED(status));
  BOOST_TEST(text_of(path) == "old");
  for (const auto& entry : fs::directory_iterator(folder.path))
    BOOST_TEST((entry.path() == path || lengthwise::is_temporary_name(entry.path().filename().string())));

  write_atomically(path, "new");
  BOOST_TEST(text_of(path) == "new");
}

BOOST_AUTO_TEST_CASE(have_temporary_names_that_are_told_from_others) {
  for (const char* name : {"result.json.12-0.tmp", "step-000005.safetensors.4194304-17.tmp", "a.1-2.tmp", "..1-2.tmp"})
    BOOST_TEST(lengthwise::is_temporary_name(name), name);
  for (const char* name : {"", ".tmp", "notes.tmp", "1-2.tmp", ".1-2.tmp", "a.1-.tmp", "a.-2.tmp", "a1-2.tmp",
                           "a.1.2.tmp", "a.x-2.tmp", "a.1-2.tmp.gz", "a.1-2"})
    BOOST_TEST(!lengthwise::is_temporary_name(name), name);
}

BOOST_AUTO_TEST_CASE(are_whole_when_many_write_at_once) {
  const temporary_folder folder;
  const fs::path path = folder.path / "file";
  {
    std::vector<std::jthread> writers;
    for (const char letter : {'a', 'b', 'c', 'd'})
      writers.emplace_back([&path, letter] {
        for (int time = 0; time < 5; ++time) write_atomically(path, std::string(10'000, letter));
      });
  }
  const std::string text = text_of(path);
  BOOST_TEST(text == std::string(10'000, text.at(0)));
  BOOST_TEST(files_in(folder.path) == 1u);
}

BOOST_AUTO_TEST_CASE(are_read_only_where_they_are_regular) {
  const temporary_folder folder;
  BOOST_CHECK_THROW(file_bytes(folder.path), io_error);
  BOOST_CHECK_THROW(file_bytes(folder.path / "missing"), io_error);
  BOOST_CHECK_THROW(file_bytes("/dev/zero"), io_error);
  ::mkfifo((folder.path / "pipe").c_str(), 0600);
  BOOST_CHECK_THROW(file_bytes(folder.path / "pipe"), io_error);  // and does not wait for a writer
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(errors)

BOOST_AUTO_TEST_CASE(carry_their_exit_codes) {
  BOOST_TEST(lengthwise::usage_error("x").exit_code() == 2);
  BOOST_TEST(lengthwise::data_error("x").exit_code() == 3);
  BOOST_TEST(lengthwise::damaged_file("x").exit_code() == 4);
  BOOST_TEST(lengthwise::non_finite_error("x").exit_code() == 5);
  BOOST_TEST(lengthwise::io_error("x").exit_code() == 6);
}

BOOST_AUTO_TEST_SUITE_END()
