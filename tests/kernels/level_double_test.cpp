// The same test in double.
#include "tests/kernels/level_test.cpp"
