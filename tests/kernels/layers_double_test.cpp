// The same test in double.
#include "tests/kernels/layers_test.cpp"
