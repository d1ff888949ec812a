#include "experiments/system/interruption.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace lengthwise {
namespace {

// Two signals may come at once, each to a thread of its own.
std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_signal(int number) {
  if (requested.exchange(true)) ::_exit(128 + number);
}

}  // namespace

void catch_interruptions() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) ::sigaction(number, &action, nullptr);
  ::signal(SIGXFSZ, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
}

bool interruption_requested() { return requested; }

}  // namespace lengthwise
