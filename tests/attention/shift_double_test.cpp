// The same tests in double.
#include "tests/attention/shift_test.cpp"
