// A product lies where its name says, and what had that name before stays what it was; against the system's own word.
#include "core/storage/product.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "core/storage/errors.hpp"
#include "tests/storage/temporary_folder.hpp"

namespace fs = std::filesystem;
using lengthwise::io_error;
using lengthwise::write_product;

namespace {

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
mode_t mode_of(const fs::path& file) {
  struct stat s {};
  BOOST_TEST_REQUIRE(::lstat(file.c_str(), &s) == 0);
  return s.st_mode;
}
// What a child process writes to its standard output, which is this file.
template <class Body>
void with_output(int file, Body body) {
  std::fflush(stdout);  // what waits there is not the child's
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(file, STDOUT_FILENO);
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_TEST(status == 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(products)

BOOST_AUTO_TEST_CASE(keep_the_mode_of_the_file_they_replace) {
  const temporary_folder folder;
  const fs::path file = folder.path / "t.csv";
  for (const mode_t mode : {0600u, 0640u, 0755u}) {
    write_product(file, "old");
    ::chmod(file.c_str(), mode);
    write_product(file, "new");
    BOOST_TEST((mode_of(file) & 07777u) == mode);
    BOOST_TEST(text_of(file) == "new");
  }
}

BOOST_AUTO_TEST_CASE(follow_links_and_leave_them) {
  const temporary_folder folder;
  fs::create_directory(folder.path / "elsewhere");
  std::ofstream(folder.path / "elsewhere/there") << "old";
  fs::create_symlink("elsewhere/there", folder.path / "link");
  fs::create_symlink("link", folder.path / "link to it");
  fs::create_symlink("elsewhere/not yet", folder.path / "dangling");
  write_product(folder.path / "link to it", "new");
  write_product(folder.path / "dangling", "made");
  BOOST_TEST(text_of(folder.path / "elsewhere/there") == "new");
  BOOST_TEST(text_of(folder.path / "elsewhere/not yet") == "made");
  for (const char* name : {"link", "link to it", "dangling"}) BOOST_TEST(fs::is_symlink(folder.path / name), name);
  fs::create_symlink("circle", folder.path / "circle");
  BOOST_CHECK_THROW(write_product(folder.path / "circle", "x"), io_error);
}

BOOST_AUTO_TEST_CASE(go_into_pipes_and_devices) {
  const temporary_folder folder;
  const fs::path pipe = folder.path / "pipe";
  BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const std::string large(200'000, 'x');  // more than a pipe holds
  const pid_t child = ::fork();
  if (child == 0) {
    write_product(pipe, large);
    ::_exit(0);
  }
  BOOST_TEST(text_of(pipe) == large);
  ::waitpid(child, nullptr, 0);
  BOOST_TEST(S_ISFIFO(mode_of(pipe)));
  write_product("/dev/null", large);
  BOOST_TEST(S_ISCHR(mode_of("/dev/null")));
  BOOST_CHECK_THROW(write_product("/dev/full", large), io_error);
  BOOST_TEST(S_ISCHR(mode_of("/dev/full")));
  BOOST_CHECK_THROW(write_product(folder.path, "a folder"), io_error);
}

BOOST_AUTO_TEST_CASE(go_to_standard_output_by_any_of_its_names) {
  const temporary_folder folder;
  for (const char* name : {"-", "/dev/stdout", "/proc/self/fd/1"}) {
    const fs::path file = folder.path / "output";
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    with_output(opened, [&] {
      const bool first = ::write(STDOUT_FILENO, "before ", 7) == 7;
      if (first) write_product(name, "product");
      if (::write(STDOUT_FILENO, " behind", 7) != 7) ::_exit(1);
    });
    ::close(opened);
    BOOST_TEST(text_of(file) == "before product behind", name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
