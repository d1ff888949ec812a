// The kernels against attention by definition, for every encoding and wherever tokens stand.
#include "tests/mixers/by_definition.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

void check_at(problem p, const std::vector<double>& positions) {
  p.places = places_at(positions);
  for_every_encoding([&](const auto& e, const encoding& face) {
    BOOST_TEST_CONTEXT(face.name()) if (*std::ranges::max_element(positions) < face.domain(p.model)) check(p, e, face);
  });
}

std::vector<double> made_of(int time, double (*at)(int)) {
  std::vector<double> positions;
  for (int i = 0; i < time; ++i) positions.push_back(at(i));
  return positions;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reference)

BOOST_AUTO_TEST_CASE(in_order_over_several_tiles) {
  check_at(problem(1, 131, 2, 6), made_of(131, [](int i) -> double { return i; }));
}
BOOST_AUTO_TEST_CASE(with_gaps) { check_at(problem(2, 4, 2, 6), {0, 2, 5, 9}); }
BOOST_AUTO_TEST_CASE(shuffled) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) -> double { return i * 37 % 70; }));
}
BOOST_AUTO_TEST_CASE(shifted) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) -> double { return 1000 + i; }));
}
BOOST_AUTO_TEST_CASE(fractional) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) { return i / 3.0; }));
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) { return 0.1 * i * i; }));
}
BOOST_AUTO_TEST_CASE(repeated) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) -> double { return i / 4; }));
}

BOOST_AUTO_TEST_SUITE_END()
