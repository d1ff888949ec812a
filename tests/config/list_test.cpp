// A list in a config is a literal type: these are checked when the test is built.
#include "core/config/list.hpp"

#include <boost/test/unit_test.hpp>

using lengthwise::short_list;

namespace {

constexpr short_list<int, 3> filled_to(int count) {
  short_list<int, 3> x;
  for (int i = 0; i < count; ++i) x.push_back(i);
  return x;
}
static_assert(short_list<int, 3>{}.empty());
static_assert(short_list<int, 3>{4, 5}.size() == 2);
static_assert(filled_to(3).size() == 3 && filled_to(4).size() == 3);
static_assert(filled_to(2) == short_list<int, 3>{0, 1});
static_assert(filled_to(2) != filled_to(3));

}  // namespace

BOOST_AUTO_TEST_SUITE(list)

BOOST_AUTO_TEST_CASE(a_full_list_says_so) {
  short_list<int, 2> x;
  BOOST_TEST(x.push_back(1));
  BOOST_TEST(x.push_back(2));
  BOOST_TEST(!x.push_back(3));
  BOOST_TEST((x == short_list<int, 2>{1, 2}));
  int sum = 0;
  for (const int each : x) sum += each;
  BOOST_TEST(sum == 3);
}

BOOST_AUTO_TEST_SUITE_END()
