// expect: this matrix has no such axis
#include "core/tensor/matrix.hpp"
using namespace lengthwise;

#ifdef CORRECT
int f(const matrix<real, token, hidden>& m) { return m.extent<token>(); }
#else
int f(const matrix<real, token, hidden>& m) { return m.extent<vocabulary>(); }
#endif
