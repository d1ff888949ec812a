// The program `lengthwise`.
#include "experiments/command.hpp"

int main(int count, char** words) { return lengthwise::run_command_line(count, words); }
