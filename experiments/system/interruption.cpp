#include "experiments/system/interruption.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <initializer_list>

#include "experiments/system/standard_descriptors.hpp"

namespace lengthwise {
namespace {

// Two signals may come at once, each to a thread of its own.
std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int number) {
  // The system repeats SIGXCPU every second: it may not cut off the saving that the first one asked for.
  if (requested.exchange(true) && number != SIGXCPU) ::_exit(128 + number);
}

bool is_ignored(int number) {
  struct sigaction there {};
  return ::sigaction(number, nullptr, &there) == 0 && there.sa_handler == SIG_IGN;
}

}  // namespace

void catch_interruptions() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU}) ::sigaction(number, &action, nullptr);
  // nohup has the program go on when its terminal is closed.
  if (!is_ignored(SIGHUP)) ::sigaction(SIGHUP, &action, nullptr);
  outlive_readers();
}

bool interruption_requested() { return requested; }
void ask_to_interrupt() { requested = true; }

}  // namespace lengthwise
