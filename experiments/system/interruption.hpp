// SIGINT, SIGTERM, SIGHUP (a terminal that is closed), SIGUSR1, SIGUSR2 (a scheduler's warning) and SIGXCPU (ulimit -t)
// ask a run to save and stop; a second one ends the program at once, unless it is SIGXCPU again.
#pragma once
#include "core/storage/errors.hpp"

namespace lengthwise {

// Saved, and the same command goes on from there.
struct interrupted : error {
  explicit interrupted(const std::string& message) : error(message, 75) {}
};
// The study is done but for these.
struct cells_failed : error {
  explicit cells_failed(const std::string& message) : error(message, 7) {}
};

// From here on signals only ask, and writing to a closed pipe fails instead of ending the program.
void catch_interruptions();
// Whether one of the signals has come.
bool interruption_requested();
// As one of the signals does.
void ask_to_interrupt();

}  // namespace lengthwise
