// How this program was started: by itself, or by an MPI launcher (mpirun, srun) as one of several ranks.
#pragma once
#include <memory>

#include "core/parallel/ranks.hpp"

namespace lengthwise {

// How many processes a launcher started together, by what it left in the environment; 1 where none did.
int launched_processes();
// Whether this is the one of them that speaks.
bool launched_first();
// And how many of them on this machine, as far as the launcher says; else 1.
int launched_here();
// Of the cores that a rank was given, which its launcher may have given to its neighbours too, those to keep busy.
int cores_of_rank(int allocated);

// Seconds that a rank waits for another before it gives up: 300, or LENGTHWISE_RANK_SECONDS.
double rank_seconds();

// The ranks that this process is one of. MPI is loaded and begun only where a launcher started several processes; a
// program that nobody launched costs nothing. Throws usage_error where MPI is needed and not there.
std::unique_ptr<ranks> join_ranks();

}  // namespace lengthwise
