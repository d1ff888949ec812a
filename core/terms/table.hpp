// Values that follow from an encoding's parameters and positions, filled once a step and read by all threads; and their
// gradient, gathered in a slot of numbers and contracted with the formulas' derivatives.
#pragma once
#include <cstddef>

#include "core/math/real.hpp"

namespace lengthwise {

class table {
 public:
  virtual ~table() = default;
  virtual std::size_t bytes() const = 0;
  // Parameters are the encoding's, in its order.
  virtual void fill(const real* parameters) = 0;
  // Numbers of its gradient slot; 0 where nothing is learned through it.
  virtual std::size_t gradient_count() const { return 0; }
  // d_parameters += the slot's gradient through the formulas.
  virtual void collect(const real* /*parameters*/, const real* /*d_table*/, real* /*d_parameters*/) const {}
};

}  // namespace lengthwise
