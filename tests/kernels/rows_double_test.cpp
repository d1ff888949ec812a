// The same test in double.
#include "tests/kernels/rows_test.cpp"
