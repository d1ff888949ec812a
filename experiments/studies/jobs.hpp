// How many cells of a study run at once, and on how many threads each.
#pragma once
#include <functional>

namespace lengthwise {

struct division_of_cores {
  int jobs, threads;
};

// The division that ends soonest for cells of equal size: one thread a cell wastes nothing on waiting, but leaves cores
// idle where the last cells do not fill them. `fits(jobs, threads)` says whether memory suffices; one job is always
// given.
division_of_cores divide_cores(int cores, std::size_t cells, const std::function<bool(int jobs, int threads)>& fits);

}  // namespace lengthwise
