// The errors that a user can cause or meet, each with the exit code the program ends with.
#pragma once

#include <stdexcept>
#include <string>

namespace lengthwise {

/// Base of every error whose message is fit for a user: one or two lines that say what happened, where, and what to do.
/// Faults of the program itself stay std::logic_error.
class error : public std::runtime_error {
 public:
  /// The process exit status this error stands for.
  int exit_code() const noexcept { return exit_code_; }

 protected:
  error(const std::string& message, int exit_code) : std::runtime_error(message), exit_code_(exit_code) {}

 private:
  int exit_code_;
};

/// A wrong command line or config.
struct usage_error : error {
  explicit usage_error(const std::string& message) : error(message, 2) {}
};

/// A corpus that is missing, altered or too short.
struct data_error : error {
  explicit data_error(const std::string& message) : error(message, 3) {}
};

/// A checkpoint or array file whose bytes are not what was written.
struct damaged_file : error {
  explicit damaged_file(const std::string& message) : error(message, 4) {}
};

/// A loss, gradient or parameter that became infinite or not a number.
struct non_finite_error : error {
  explicit non_finite_error(const std::string& message) : error(message, 5) {}
};

/// The disk or the operating system refused: no space, no permission, no such folder.
struct io_error : error {
  explicit io_error(const std::string& message) : error(message, 6) {}
};

}  // namespace lengthwise
