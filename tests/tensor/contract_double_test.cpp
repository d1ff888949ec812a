// The same test in double.
#include "tests/tensor/contract_test.cpp"
