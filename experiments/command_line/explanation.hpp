// What is wrong with a call that cannot be read, in our words: what, the nearest that there is, and an example.
#pragma once
#include <span>
#include <string>

namespace lengthwise {

// The words of the call without the program's name. One or two lines.
std::string explanation_of(std::span<const std::string> words);

// "\nfor example: lengthwise ...", from the command's help.
struct command;
std::string example_of(const command&);

}  // namespace lengthwise
