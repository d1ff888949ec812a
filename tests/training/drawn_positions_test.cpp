// Positions that are drawn for a step, and training that goes through them or ends with another encoding.
#include "core/training/drawn_positions.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "core/model/transformer.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

train_config drawing(position_draw how, int from) {
  train_config c = tiny_training;
  c.positions = how, c.positions_from = from;
  return c;
}
train_config switching(std::string_view to, int at) {
  train_config c = tiny_training;
  c.switch_to = to, c.switch_at = at;
  return c;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(positions)

BOOST_AUTO_TEST_CASE(randomized_are_a_sorted_draw_without_replacement) {
  const train_config c = drawing(position_draw::randomized, 200);
  double sum = 0;
  std::set<std::vector<double>> draws;
  for (std::uint32_t step = 0; step < 400; ++step) {
    const std::vector<double> drawn = drawn_positions(c, 7, step);
    BOOST_TEST_REQUIRE(drawn.size() == 70U);
    BOOST_TEST(std::ranges::is_sorted(drawn));
    BOOST_TEST((std::ranges::adjacent_find(drawn) == drawn.end()));
    BOOST_TEST((drawn.front() >= 0 && drawn.back() <= 199));
    BOOST_TEST((drawn == drawn_positions(c, 7, step)));
    for (const double at : drawn) sum += at;
    draws.insert(drawn);
  }
  BOOST_TEST(draws.size() == 400U);
  // Each place is equally likely: 400 means of 70 out of 0..199, of deviation 57.7 sqrt(130/199) / sqrt(70).
  BOOST_TEST(std::abs(sum / (400 * 70) - 99.5) < 4.5 * 57.7 * 0.81 / std::sqrt(70.0 * 400));
}
BOOST_AUTO_TEST_CASE(pose_has_one_gap) {
  const train_config c = drawing(position_draw::pose, 200);
  std::set<double> firsts, gaps;
  for (std::uint32_t step = 0; step < 2000; ++step) {
    const std::vector<double> drawn = drawn_positions(c, 7, step);
    const auto gap = std::ranges::adjacent_find(drawn, [](double a, double b) { return b != a + 1; });
    firsts.insert(gap == drawn.end() ? 0 : *gap + 1), gaps.insert(drawn.back() - 69);
    BOOST_TEST(drawn.front() == 0);
    BOOST_TEST((gap == drawn.end() || std::adjacent_find(gap + 1, drawn.end(), [](double a, double b) {
                                        return b != a + 1;
                                      }) == drawn.end()));
  }
  BOOST_TEST((*std::next(firsts.begin()) == 1 && *firsts.rbegin() == 35));  // tokens of the first piece
  BOOST_TEST((*gaps.begin() == 0 && *gaps.rbegin() == 130));
}

// Where there is nothing to draw from, training is that in order, to the bit.
BOOST_AUTO_TEST_CASE(from_the_length_itself_are_those_in_order) {
  for (const char* encoding : {"rope", "t5_bias", "fire", "rope+kerple_log"})
    for (const position_draw how : {position_draw::randomized, position_draw::pose})
      BOOST_TEST(started(encoding, 2, tiny_model, drawing(how, 70)).digest_at(3) == started(encoding, 1).digest_at(3));
}
BOOST_AUTO_TEST_CASE(give_the_same_bits_for_any_threads_and_after_an_interruption) {
  for (const char* encoding : {"rope", "t5_bias", "fire", "transformer_xl", "kerple_log"}) {
    const train_config c = drawing(position_draw::randomized, 300);
    const std::string right = started(encoding, 1, tiny_model, c).digest_at(4);
    BOOST_TEST(started(encoding, 3, tiny_model, c).digest_at(4) == right);
    BOOST_TEST(right != started(encoding, 1).digest_at(4));
    const temporary_path file("drawn.safetensors");
    started before(encoding, 2, tiny_model, c), after(encoding, 1, tiny_model, c);
    before.digest_at(2), before.run.save(file.path(), {});
    after.run.load(file.path());
    BOOST_TEST(after.digest_at(4) == right, encoding);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(another_encoding_at_the_end)

BOOST_AUTO_TEST_CASE(goes_on_from_where_the_first_one_was) {
  const temporary_path file("switched.safetensors");
  started rope("rope");
  const std::string at_three = rope.digest_at(3);
  rope.run.save(file.path(), {});
  started none("none");
  none.run.load(file.path());
  const std::string right = none.digest_at(6);

  started both("rope", 2, tiny_model, switching("none", 3));
  BOOST_TEST(both.digest_at(3) == at_three);
  BOOST_TEST(both.digest_at(6) == right);
  BOOST_TEST(both.run.model().positions().name() == "none");

  // Interrupted on either side of the change.
  for (const int step : {2, 3, 5}) {
    started before("rope", 1, tiny_model, switching("none", 3)), after("rope", 2, tiny_model, switching("none", 3));
    before.digest_at(step), before.run.save(file.path(), {});
    after.run.load(file.path());
    BOOST_TEST(after.digest_at(6) == right, step);
  }
}
BOOST_AUTO_TEST_CASE(must_learn_the_same) {
  started run("kerple_log", 1, tiny_model, switching("none", 1));
  BOOST_CHECK_THROW(run.digest_at(3), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
