// The same tests in double.
#include "tests/attention/reductions_test.cpp"
