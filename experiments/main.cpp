// The program `lengthwise`.
#include <malloc.h>

#include "experiments/command_line/command.hpp"
#include "experiments/system/standard_descriptors.hpp"

int main(int count, char** words) {
  lengthwise::open_standard_descriptors();
#ifdef __GLIBC__
  // Large blocks go back to the system when they are freed, so that a cell takes no more memory than was predicted.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
  return lengthwise::run_command_line(count, words);
}
