#include "experiments/interruption.hpp"

#include <unistd.h>

#include <csignal>

namespace lengthwise {
namespace {

volatile std::sig_atomic_t requests = 0;

void on_signal(int number) {
  if (requests != 0) ::_exit(128 + number);
  requests = 1;
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

bool interruption_requested() { return requests != 0; }

}  // namespace lengthwise
