// The same test in double.
#include "tests/kernels/cross_entropy_test.cpp"
