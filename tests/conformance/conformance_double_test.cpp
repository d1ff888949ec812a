// The same test in double.
#include "tests/conformance/conformance_test.cpp"
