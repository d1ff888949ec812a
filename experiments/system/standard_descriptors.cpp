#include "experiments/system/standard_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace lengthwise {

void open_standard_descriptors() {
  // From 0 on, each takes the lowest number that is free. Opened the wrong way round, so that its use still fails.
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(number, F_GETFD) < 0 && ::open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY) != number)
      ::_exit(6);  // no null device, and nowhere to say so
  ::signal(SIGXFSZ, SIG_IGN);
}

void outlive_readers() { ::signal(SIGPIPE, SIG_IGN); }

}  // namespace lengthwise
