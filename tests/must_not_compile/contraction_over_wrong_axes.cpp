// expect: contraction
// dw = x . dy sums over tokens and is [input, output]; a result of the other orientation is another product.
#include "core/tensor/contract.hpp"
using namespace lengthwise;

#ifdef CORRECT
using gradient = matrix<real, width_axis, hidden>;
#else
using gradient = matrix<real, hidden, width_axis>;
#endif
void f(gradient dw, matrix<const real, token, width_axis> x, matrix<const real, token, hidden> dy) {
  contract(dw, x, dy);
}
