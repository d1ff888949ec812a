// The same tests in double.
#include "tests/mixers/reductions_test.cpp"
