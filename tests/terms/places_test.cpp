// Zones whose stretch counts from centres of their own: every pair is in one of them, and nobody is far from a centre.
#include "core/terms/places.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "tests/terms/site.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

BOOST_AUTO_TEST_SUITE(places)

BOOST_AUTO_TEST_CASE(recentred_has_every_pair_once_and_near_its_centres) {
  const double reach = 8;
  for (const std::vector<double>& at :
       {in_order(50), std::vector<double>{-20, -3.5, 0, 7.9, 8, 100, 100.5, 1e6}, {1000, 1001, 1002}}) {
    const attention_places whole = recentred(places_at(at), reach);
    std::set<std::pair<int, int>> seen;
    for (const attention_zone& z : whole.zones)
      for (int i = 0; i < whole.time(); ++i)
        for (int j = z.begin[static_cast<std::size_t>(i)]; j < z.end[static_cast<std::size_t>(i)]; ++j) {
          BOOST_TEST_REQUIRE(seen.insert({i, j}).second, "a pair is in two zones");
          const auto query = static_cast<std::size_t>(i), key = static_cast<std::size_t>(j);
          BOOST_TEST_REQUIRE(std::abs(at[query] - z.queries->centres[query]) <= reach);
          BOOST_TEST_REQUIRE(std::abs(at[key] - z.keys->centres[key]) <= reach);
          BOOST_TEST_REQUIRE(z.apart == z.queries->centres[query] - z.keys->centres[key]);
        }
    BOOST_TEST(seen.size() == at.size() * (at.size() + 1) / 2);
    for (const auto& [i, j] : seen) BOOST_TEST_REQUIRE(j <= i);
  }
}
BOOST_AUTO_TEST_CASE(near_the_origin_nothing_is_parted) {
  const attention_places whole = recentred(places_at(in_order(9)), 8);
  BOOST_TEST(whole.zones.size() == 1u);
  BOOST_TEST(whole.zones[0].queries->centres.empty());
}

BOOST_AUTO_TEST_SUITE_END()
