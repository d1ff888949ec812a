// Attention when all positions shift by the same amount: unchanged for every encoding that claims so, changed for those
// that do not.
#include <boost/test/unit_test.hpp>

#include "tests/mixers/problem.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

bool claims(const encoding& e, property wanted) {
  for (const property_claim& c : e.claims())
    if (c.words.what == wanted) return c.claimed;
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shift)

BOOST_AUTO_TEST_CASE(attention_is_unchanged_where_it_is_claimed) {
  int rotations = 0;
  for (const registered_encoding& known : registered_encodings()) {
    const auto e = known.make();
    if (!claims(*e, property::shift_invariant) || asks_for_signals(*e)) continue;
    problem p(2, 90, 4, 8);
    const numbers parameters = trained_like(*e, p.model);
    const answer here = solve(*e, p, parameters);
    p.shift(1000);
    const answer there = solve(*e, p, parameters);
    BOOST_TEST_CONTEXT(known.name) {
      if (!any_of(e->hooks(), hook::angle | hook::polar)) {  // nothing in it knows where positions stand
        BOOST_TEST((here.output == there.output));
        BOOST_TEST((here.d_packed == there.d_packed));
        BOOST_TEST((here.d_parameters == there.d_parameters));
      } else {
        ++rotations;
        const double most = sizeof(real) == 4 ? 1e-5 : 1e-12;
        BOOST_TEST(relative_difference(here.output, there.output) < most);
        BOOST_TEST(relative_difference(here.d_packed, there.d_packed) < most);
      }
    }
  }
  BOOST_TEST(rotations >= 3);
}

BOOST_AUTO_TEST_CASE(fire_knows_where_positions_stand) {
  problem p(1, 40, 2, 8);
  const auto fire = made("fire", {{"initial_length", std::int64_t{16}}});
  const numbers parameters = trained_like(*fire, p.model);
  const answer here = solve(*fire, p, parameters);
  p.shift(100);
  BOOST_TEST(relative_difference(solve(*fire, p, parameters).output, here.output) > 1e-3);
}

BOOST_AUTO_TEST_CASE(sinusoids_move_with_their_positions) {
  problem p(1, 40, 2, 8);
  const auto sinusoidal = made("sinusoidal");
  const answer here = solve(*sinusoidal, p, {});
  p.shift(3);
  const answer there = solve(*sinusoidal, p, {});
  const auto three_rows = static_cast<std::ptrdiff_t>(3 * p.model.width);
  BOOST_TEST((numbers(here.input.begin() + three_rows, here.input.end()) ==
              numbers(there.input.begin(), there.input.end() - three_rows)));
}

BOOST_AUTO_TEST_SUITE_END()
