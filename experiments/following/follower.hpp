// The ranks other than 0: each does what rank 0 orders, with a model and a text of its own, and neither writes nor says
// anything but what ends the job.
#pragma once
#include "core/parallel/ranks.hpp"

namespace lengthwise {

// Until rank 0 ends. Returns the exit code of all. An error of this rank alone ends the job with its code.
int follow(ranks&);

}  // namespace lengthwise
