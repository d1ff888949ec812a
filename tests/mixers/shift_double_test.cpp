// The same tests in double.
#include "tests/mixers/shift_test.cpp"
