// Every axis has numbers that say something: at least two, round, within it, different as they are written.
#include "experiments/drawing/axis_numbers.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>
#include <string>

namespace lengthwise {

BOOST_AUTO_TEST_SUITE(numbers_of_axes)

BOOST_AUTO_TEST_CASE(are_a_few_whatever_the_axis) {
  for (double low = 1e-6; low < 1e9; low *= 3.7)
    for (double ratio = 1.0001; ratio < 1e300; ratio = 1 + (ratio - 1) * 2.9) {
      const double high = low * ratio;
      if (!std::isfinite(high)) break;
      const std::vector<axis_number> all = axis_numbers(low, high);
      BOOST_TEST_REQUIRE((all.size() >= 2 && all.size() <= 9), low << " to " << high << " has " << all.size());
      std::set<std::string> texts;
      for (const axis_number& n : all) {
        BOOST_TEST_REQUIRE((n.at >= low && n.at <= high), n.at << " of " << low << " to " << high);
        BOOST_TEST_REQUIRE(std::stod(n.text) == n.at, boost::test_tools::tolerance(1e-9));
        texts.insert(n.text);
      }
      BOOST_TEST_REQUIRE(texts.size() == all.size(), low << " to " << high);
    }
}

BOOST_AUTO_TEST_CASE(of_a_flat_curve_are_near_each_other) {
  std::string said;
  for (const axis_number& n : axis_numbers(91.3, 92.9)) said += n.text + " ";
  BOOST_TEST(said == "91.5 92 92.5 ");
}

BOOST_AUTO_TEST_CASE(of_a_linear_axis_are_in_equal_steps) {
  const auto said = [](double low, double high) {
    std::string text;
    for (const axis_number& n : linear_axis_numbers(low, high)) text += n.text + " ";
    return text;
  };
  BOOST_TEST(said(-0.013, 0.021) == "-0.01 0 0.01 0.02 ");
  BOOST_TEST(said(-3, 12) == "0 5 10 ");
  BOOST_TEST(said(0.95, 1.35) == "1 1.1 1.2 1.3 ");
}

BOOST_AUTO_TEST_CASE(at_given_places_are_those_and_keep_clear) {
  const auto said = [](const std::vector<int>& places, double characters) {
    std::string text;
    for (const axis_number& n : axis_numbers_at(places, 100, 4000, characters))
      text += n.text.empty() ? "' " : n.text + " ";
    return text;
  };
  BOOST_TEST(said({300, 500}, 40) == "300 500 ");
  BOOST_TEST(said({128, 144, 256, 2048}, 40) == "128 ' 256 2,048 ");
  BOOST_TEST(said({128, 144, 256, 2048}, 400) == "128 144 256 2,048 ");
  const std::string lonely = said({500}, 40);
  BOOST_TEST((lonely.find("500 ") != lonely.npos && std::ranges::count(lonely, ' ') >= 2), lonely);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
