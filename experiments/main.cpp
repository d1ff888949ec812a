// The program `lengthwise`.
#include <malloc.h>

#include "experiments/command_line/command.hpp"

int main(int count, char** words) {
#ifdef __GLIBC__
  // Large blocks go back to the system when they are freed, so that a cell takes no more memory than was predicted.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
  return lengthwise::run_command_line(count, words);
}
