#include "core/tensor/contract.hpp"

#include "core/kernels/kernels.hpp"
#include "core/tensor/openblas.hpp"

namespace lengthwise {
namespace {

numerics selected = numerics::portable;

}  // namespace

void select_numerics(numerics wanted) { selected = wanted; }
numerics selected_numerics() { return selected; }

void detail::multiply(const gemm_arguments& g) {
  if (selected == numerics::openblas)
    multiply_by_openblas(g);
  else
    kernels().gemm(g);
}

}  // namespace lengthwise
