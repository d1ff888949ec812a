// Where the time of a computation goes: for as long as it lives, a kernel_clock puts a table in use whose functions
// time those of the table before. For one thread.
#pragma once
#include <map>
#include <string>

#include "core/kernels/kernels.hpp"

namespace lengthwise {

class kernel_clock {
 public:
  kernel_clock();
  ~kernel_clock();
  kernel_clock(const kernel_clock&) = delete;
  kernel_clock& operator=(const kernel_clock&) = delete;

  // Seconds in each kind of kernel since the clock began: products, attention, norms, activation, loss, optimiser,
  // sums.
  std::map<std::string, double> seconds() const;

 private:
  const kernel_table& timed;
};

}  // namespace lengthwise
