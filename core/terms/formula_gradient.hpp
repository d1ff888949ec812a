// The gradient of the scalar parameters that one head sees, summed over slots of a table: each slot's gradient times
// its formula's derivatives (forward mode).
#pragma once
#include "core/hooks/hook.hpp"
#include "core/math/real.hpp"

namespace lengthwise {

template <class E>
class formula_gradient {
 public:
  using number = sensitivity<E>;
  using declared_parameters = decltype(E{}.learned_parameters(model_extents{}));

  formula_gradient(const declared_parameters& declared, const real* parameters, head h)
      : variables(as_variables<E>(declared, parameters, h)), declared_(declared), head_(h) {}

  const lengthwise::parameters<E, number> variables;
  void add(real slot_gradient, const number& value) {
    for (std::size_t k = 0; k < number::slots; ++k) sums_[k] += static_cast<double>(slot_gradient) * value.gradient[k];
  }
  void add_to(real* d_parameters) const {
    for (std::size_t k = 0; k < scalar_parameter_count<E>; ++k)
      if (const std::size_t at = storage_index(declared_, head_.count, head_.index, k); at != not_declared)
        d_parameters[at] += static_cast<real>(sums_[k]);
  }

 private:
  const declared_parameters& declared_;
  head head_;
  decltype(number::gradient) sums_{};
};

}  // namespace lengthwise
