// The one main of every test program.
#include <boost/test/unit_test.hpp>

int main(int argc, char* argv[]) {
  const auto name = [] {
    boost::unit_test::framework::master_test_suite().p_name.value = "lengthwise";
    return true;
  };
  return boost::unit_test::unit_test_main(name, argc, argv);
}
