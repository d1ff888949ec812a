// The learning rate of every step: checked when the test is built, and against the formula in plain double.
#include "core/training/schedule.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace lengthwise;

namespace {

constexpr train_config c{.steps = 600, .rate = 1e-3, .final_rate = 0.1, .warmup = 50};
static_assert(learning_rate(c, 49) == 1e-3 && learning_rate(c, 50) == 1e-3);  // the peak, twice
static_assert(learning_rate(c, 0) > 0 && learning_rate(c, 0) < 2.1e-5);
static_assert(learning_rate({.steps = 10, .rate = 1, .warmup = 0}, 0) == 1);

}  // namespace

BOOST_AUTO_TEST_SUITE(schedule)

BOOST_AUTO_TEST_CASE(rises_in_a_line_and_falls_in_half_a_cosine) {
  for (int step = 0; step < 600; ++step) {
    const double right =
        step < 50 ? 1e-3 * (step + 1) / 50 : 1e-4 + 0.5 * 9e-4 * (1 + std::cos(std::acos(-1.0) * (step - 50) / 550));
    BOOST_TEST_REQUIRE(std::abs(learning_rate(c, step) - right) < 1e-15);
  }
}
BOOST_AUTO_TEST_CASE(falls_in_a_line_to_zero) {
  train_config line = c;
  line.schedule = schedule_kind::linear;
  for (int step = 50; step <= 700; ++step) {
    const double right = step < 600 ? 1e-3 * (600 - step) / 550 : 0;
    BOOST_TEST_REQUIRE(std::abs(learning_rate(line, step) - right) < 1e-15);
  }
}
BOOST_AUTO_TEST_CASE(stays_at_the_peak_until_the_cooldown) {
  train_config stable = c;
  stable.schedule = schedule_kind::warmup_stable_decay, stable.cooldown = 0.25;
  for (int step = 50; step <= 700; ++step) {
    const double right = step <= 450 ? 1e-3 : step < 600 ? 1e-3 * (600 - step) / 150 : 0;
    BOOST_TEST_REQUIRE(std::abs(learning_rate(stable, step) - right) < 1e-15);
  }
}
BOOST_AUTO_TEST_CASE(ends_at_the_final_rate_and_stays_there) {
  BOOST_TEST(std::abs(learning_rate(c, 600) - 1e-4) < 1e-15);
  BOOST_TEST(std::abs(learning_rate(c, 100000) - 1e-4) < 1e-15);
}
BOOST_AUTO_TEST_CASE(a_warmup_longer_than_the_run_only_rises) {
  const train_config rising{.steps = 10, .rate = 1, .warmup = 100};
  for (int step = 0; step < 10; ++step) BOOST_TEST(std::abs(learning_rate(rising, step) - (step + 1) / 100.0) < 1e-15);
}

BOOST_AUTO_TEST_SUITE_END()
