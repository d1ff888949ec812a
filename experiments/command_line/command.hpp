// What the command line is made of. A command is one file that describes it and runs it, and one line in commands.cpp.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/parallel/ranks.hpp"

namespace lengthwise {

struct command_option {
  std::string_view name;   // "--output"
  std::string_view value;  // what the help calls its value: "DIR"; empty for a switch
  std::string_view help;
  bool hidden = false;
  bool repeated = false;  // may be said several times
};

// The words and options of one call, and the ranks that it is made on.
struct arguments {
  std::vector<std::string> words;
  std::map<std::string, std::string, std::less<>> options;  // a switch has an empty value
  ranks& together = alone();

  bool has(std::string_view option) const { return options.contains(option); }
  std::string text(std::string_view option, std::string_view otherwise = "") const;
  // The values of an option that may be said several times, in their order.
  std::vector<std::string> texts(std::string_view option) const;
  // Throws usage_error unless the value is a whole number between the limits.
  int whole(std::string_view option, int otherwise, int least, int most) const;
};

struct command {
  std::string_view name;
  std::string_view words;    // "CONFIG [KEY=VALUE ...]"
  std::string_view summary;  // one line
  std::string_view details;  // further help, with an example
  std::size_t least_words, most_words;
  std::vector<command_option> options;
  int (*run)(const arguments&);  // returns the exit code; throws lengthwise::error
  bool hidden = false;
  bool over_ranks = false;  // knows what to do with several
};

// All of them, in the order of the help text.
const std::vector<command>& commands();

// Runs the command that the words name; prints help, errors and nothing else. Returns the exit code. On rank 0 alone.
int run_command_line(int count, char** words, ranks&);

}  // namespace lengthwise
