// What is left, against a study that is played: pieces of known speed.
#include "experiments/progress/time_left.hpp"

#include <boost/test/unit_test.hpp>

namespace lengthwise {

BOOST_AUTO_TEST_SUITE(time_left_of_a_study)

BOOST_AUTO_TEST_CASE(nothing_is_said_before_something_is_seen) {
  time_left t({10, 10}, 1);
  BOOST_TEST(!t.of_all().has_value());
  t.progress(0, 0, 0);
  BOOST_TEST(!t.of_all().has_value());
  BOOST_TEST(t.share() == 0);
}

BOOST_AUTO_TEST_CASE(what_was_done_before_tells_nothing_of_the_speed) {
  time_left t({100}, 1);
  t.progress(0, 0.5, 1000);  // resumed
  t.progress(0, 0.6, 1010);  // 10 units in 10 seconds
  BOOST_TEST(t.of_piece(0).value() == 40, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(shares_only_grow_and_the_estimate_meets_the_end) {
  // Four cells of unlike size, two at once, each at a unit a second: the order of their ends is played.
  time_left t({60, 30, 30, 60}, 2);
  double last = 0;
  double begin[4] = {0, 0, 30, 60};
  const double work[4] = {60, 30, 30, 60};
  for (double now = 1; now <= 120; ++now) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (now < begin[i] || now > begin[i] + work[i]) continue;
      if (now == begin[i] + work[i])
        t.ended(i, now);
      else
        t.progress(i, (now - begin[i]) / work[i], now);
    }
    BOOST_TEST(t.share() >= last);
    last = t.share();
    // All cells end at 120; shared out evenly the estimate could at best say 90 in the beginning.
    if (now >= 3) BOOST_TEST(now + t.of_all().value() >= 89);
    if (now >= 63) BOOST_TEST(now + t.of_all().value() == 120, boost::test_tools::tolerance(0.02));
  }
  BOOST_TEST(t.share() == 1);
  BOOST_TEST(t.of_all().value() == 0);
}

BOOST_AUTO_TEST_CASE(a_share_that_goes_back_is_not_believed) {
  time_left t({10}, 1);
  t.progress(0, 0, 0);
  t.progress(0, 0.5, 1);
  t.progress(0, 0.2, 2);
  BOOST_TEST(t.share() == 0.5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
