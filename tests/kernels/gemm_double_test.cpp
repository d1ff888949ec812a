// The same test in double.
#include "tests/kernels/gemm_test.cpp"
