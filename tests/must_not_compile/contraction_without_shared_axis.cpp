// expect: contraction
#include "core/tensor/contract.hpp"
using namespace lengthwise;

#ifdef CORRECT
using weights = matrix<const real, width_axis, hidden>;
#else
using weights = matrix<const real, head_channel, hidden>;
#endif
void f(matrix<real, token, hidden> y, matrix<const real, token, width_axis> x, weights w) { contract(y, x, w); }
