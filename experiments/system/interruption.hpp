// SIGINT, SIGTERM and SIGUSR1 ask a run to save and stop; a second one ends the program at once.
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

// From here on signals only ask; writing beyond a file-size limit or to a closed pipe fails instead of ending the
// program.
void catch_interruptions();
// Whether one of the signals has come.
bool interruption_requested();

}  // namespace lengthwise
