#include "experiments/studies/jobs.hpp"

#include <algorithm>
#include <cmath>

namespace lengthwise {

division_of_cores divide_cores(int cores, std::size_t cells, const std::function<bool(int, int)>& fits) {
  // Two threads are about 1.9 times as fast as one.
  constexpr double exponent = 0.93;
  division_of_cores best{1, cores};
  double least = 0;
  for (int jobs = 1; jobs <= cores && static_cast<std::size_t>(jobs) <= std::max<std::size_t>(cells, 1); ++jobs) {
    const int threads = cores / jobs;
    const double rounds = std::ceil(static_cast<double>(cells) / jobs), time = rounds / std::pow(threads, exponent);
    if (jobs > 1 && (time >= least || !fits(jobs, threads))) continue;
    best = {jobs, threads};
    least = time;
  }
  return best;
}

}  // namespace lengthwise
