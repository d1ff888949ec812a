// The program `lengthwise`.
#include <malloc.h>

#include <memory>

#include "experiments/command_line/command.hpp"
#include "experiments/following/follower.hpp"
#include "experiments/ranks/launch.hpp"
#include "experiments/ranks/orders.hpp"
#include "experiments/system/standard_descriptors.hpp"
#include "experiments/terminal/output.hpp"

int main(int count, char** words) {
  lengthwise::open_standard_descriptors();
#ifdef __GLIBC__
  // Large blocks go back to the system when they are freed, so that a cell takes no more memory than was predicted.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
  try {
    const std::unique_ptr<lengthwise::ranks> together = lengthwise::join_ranks();
    if (together->index() > 0) return lengthwise::follow(*together);
    return lengthwise::leave(*together, lengthwise::run_command_line(count, words, *together));
  } catch (const lengthwise::error& problem) {
    if (lengthwise::launched_first()) lengthwise::tell("lengthwise: {}\n", problem.what());
    return problem.exit_code();
  }
}
