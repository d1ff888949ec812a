// Scalar functions against libm in long double, to the accuracy that core/math/scalar.hpp states.
#include "core/math/scalar.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace lengthwise;

namespace {

using wide = long double;
constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

// `count` numbers from low to high whose spacing hits no special points.
std::vector<double> between(double low, double high, int count = 20011) {
  std::vector<double> all;
  for (int i = 0; i < count; ++i) all.push_back(low + (high - low) * (i + 0.37) / count);
  return all;
}
// Evenly spaced in the logarithm.
std::vector<double> powers(double low, double high, int count = 20011) {
  std::vector<double> all;
  for (const double x : between(std::log(low), std::log(high), count)) all.push_back(std::exp(x));
  return all;
}

template <class F, class Oracle>
double worst_relative(const std::vector<double>& points, F f, Oracle oracle) {
  wide worst = 0;
  for (const double x : points) {
    const wide right = oracle(static_cast<wide>(x)), error = std::abs((f(x) - right) / right);
    worst = error <= worst ? worst : error;  // a NaN stays
  }
  return static_cast<double>(worst);
}
template <class F, class Oracle>
double worst_absolute(const std::vector<double>& points, F f, Oracle oracle) {
  wide worst = 0;
  for (const double x : points) {
    const wide error = std::abs(f(x) - oracle(static_cast<wide>(x)));
    worst = error <= worst ? worst : error;
  }
  return static_cast<double>(worst);
}

constexpr auto exp_of = [](double x) { return math::exp(x); };
constexpr auto log_of = [](double x) { return math::log(x); };
constexpr auto sin_of = [](double x) { return math::sin(x); };
constexpr auto cos_of = [](double x) { return math::cos(x); };
constexpr auto sqrt_of = [](double x) { return math::sqrt(x); };
constexpr auto right_exp = [](wide x) { return std::exp(x); };
constexpr auto right_log = [](wide x) { return std::log(x); };
constexpr auto right_sin = [](wide x) { return std::sin(x); };
constexpr auto right_cos = [](wide x) { return std::cos(x); };
constexpr auto right_sqrt = [](wide x) { return std::sqrt(x); };

}  // namespace

BOOST_AUTO_TEST_SUITE(scalar)

BOOST_AUTO_TEST_CASE(exp_is_accurate_over_its_range) {
  for (const auto& points : {between(-708, 709), between(-1, 1), between(-1e-6, 1e-6)})
    BOOST_TEST(worst_relative(points, exp_of, right_exp) < 4e-15);
}
BOOST_AUTO_TEST_CASE(exp_ends_in_nothing_and_infinity) {
  BOOST_TEST(math::exp(0.0) == 1.0);
  BOOST_TEST(math::exp(-709.0) == 0.0);
  BOOST_TEST(math::exp(-infinity) == 0.0);
  BOOST_TEST(math::exp(710.0) == infinity);
  BOOST_TEST(math::exp(infinity) == infinity);
  BOOST_TEST(std::isnan(math::exp(not_a_number)));
}
BOOST_AUTO_TEST_CASE(powers_of_two_are_exact) {
  for (int n = -1021; n <= 1023; ++n) BOOST_TEST_REQUIRE(math::exp2(static_cast<double>(n)) == std::ldexp(1.0, n));
  BOOST_TEST(worst_relative(
                 between(-1020, 1022), [](double x) { return math::exp2(x); }, [](wide x) { return std::exp2(x); }) <
             4e-15);
}
BOOST_AUTO_TEST_CASE(log_is_accurate_for_every_normal_number) {
  for (const auto& points : {powers(2.3e-308, 1.7e308), powers(0.5, 2), between(1 - 1e-7, 1 + 1e-7)})
    BOOST_TEST(worst_relative(points, log_of, right_log) < 4e-15);
}
BOOST_AUTO_TEST_CASE(log_of_special_values) {
  BOOST_TEST(math::log(1.0) == 0.0);
  BOOST_TEST(math::log(0.0) == -infinity);
  BOOST_TEST(math::log(infinity) == infinity);
  BOOST_TEST(std::isnan(math::log(-1.0)));
  BOOST_TEST(std::isnan(math::log(not_a_number)));
}
BOOST_AUTO_TEST_CASE(sine_and_cosine_are_accurate_up_to_a_million) {
  for (const auto& points : {between(-10, 10), between(-1e6, 1e6), between(1e6 - 100, 1e6), between(-1e-3, 1e-3)}) {
    BOOST_TEST(worst_absolute(points, sin_of, right_sin) < 4e-16);
    BOOST_TEST(worst_absolute(points, cos_of, right_cos) < 4e-16);
  }
}
BOOST_AUTO_TEST_CASE(sine_and_cosine_are_accurate_around_every_quarter_turn) {  // where the reduction changes its mind
  std::vector<double> points;
  for (int quarter = -2000; quarter <= 2000; ++quarter)
    for (const double shift : {-1e-9, 0.0, 1e-9, 0.5, 0.5 + 1e-12})
      points.push_back((quarter + shift) * std::numbers::pi / 2);
  BOOST_TEST(worst_absolute(points, sin_of, right_sin) < 4e-16);
  BOOST_TEST(worst_absolute(points, cos_of, right_cos) < 4e-16);
}
BOOST_AUTO_TEST_CASE(sqrt_is_accurate) {
  for (const auto& points : {powers(1e-300, 1e300, 2003), between(0, 4), between(1e5, 1e7)})
    BOOST_TEST(worst_relative(points, sqrt_of, right_sqrt) < 4e-15);
  for (int n = 0; n < 3000; ++n) BOOST_TEST_REQUIRE(math::sqrt(static_cast<double>(n) * n) == n);
}
BOOST_AUTO_TEST_CASE(sqrt_of_special_values) {
  BOOST_TEST(math::sqrt(0.0) == 0.0);
  BOOST_TEST(math::sqrt(infinity) == infinity);
  BOOST_TEST(std::isnan(math::sqrt(-1.0)));
  BOOST_TEST(std::isnan(math::sqrt(-infinity)));
  BOOST_TEST(std::isnan(math::sqrt(not_a_number)));
}
BOOST_AUTO_TEST_CASE(float_versions_round_once) {
  for (const double x : between(-80, 80, 5003)) {
    const auto f = static_cast<float>(x);
    BOOST_TEST_REQUIRE(std::abs(math::exp(f) / std::exp(static_cast<wide>(f)) - 1) < 6.0e-8L);
    BOOST_TEST_REQUIRE(std::abs(math::sin(f) - std::sin(static_cast<wide>(f))) < 6.0e-8L);
  }
}

BOOST_AUTO_TEST_CASE(sigmoid_is_accurate_at_both_ends) {
  const auto f = [](double x) { return math::sigmoid(x); };
  const auto right = [](wide x) { return 1 / (1 + std::exp(-x)); };
  BOOST_TEST(worst_relative(between(-700, 700), f, right) < 1e-14);
  BOOST_TEST(math::sigmoid(-1e9) == 0.0);
  BOOST_TEST(math::sigmoid(1e9) == 1.0);
  BOOST_TEST(math::sigmoid(0.0) == 0.5);
  BOOST_TEST(std::isnan(math::sigmoid(not_a_number)));
}
BOOST_AUTO_TEST_CASE(log_sigmoid_is_accurate_at_both_ends) {
  const auto f = [](double x) { return math::log_sigmoid(x); };
  const auto right = [](wide x) { return x >= 0 ? -std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x)); };
  BOOST_TEST(worst_relative(between(-1e5, 3), f, right) < 1e-14);
  BOOST_TEST(worst_absolute(between(3, 1000), f, right) < 1e-15);  // near 0 the sum 1 + e^-x has lost what is smaller
  BOOST_TEST(math::log_sigmoid(-1e30) == -1e30);
  BOOST_TEST(math::log_sigmoid(1e30) == 0.0);
  BOOST_TEST(math::log_sigmoid(-infinity) == -infinity);
  BOOST_TEST(std::isnan(math::log_sigmoid(not_a_number)));
}
BOOST_AUTO_TEST_CASE(softplus_tanh_and_pow_are_accurate) {
  BOOST_TEST(worst_absolute(
                 between(-30, 30), [](double x) { return math::tanh(x); }, [](wide x) { return std::tanh(x); }) <
             1e-15);
  BOOST_TEST(math::tanh(1e9) == 1.0);
  BOOST_TEST(math::tanh(-1e9) == -1.0);
  BOOST_TEST(worst_relative(
                 between(-30, 700), [](double x) { return math::softplus(x); },
                 [](wide x) { return std::log1p(std::exp(x)); }) < 2e-3);
  BOOST_TEST(worst_relative(
                 between(-3, 700), [](double x) { return math::softplus(x); },
                 [](wide x) { return std::log1p(std::exp(x)); }) < 1e-14);
  BOOST_TEST(worst_relative(
                 powers(1e-3, 1e3), [](double x) { return math::pow(x, 1.7); },
                 [](wide x) { return std::pow(x, static_cast<wide>(1.7)); }) < 4e-14);
}
BOOST_AUTO_TEST_CASE(steps_and_projections) {
  for (const double x : {-2.5, -2.0, -1e-9, 0.0, 1e-9, 0.999, 1.0, 7.5, 1e15 + 0.5})
    BOOST_TEST(math::floor(x) == std::floor(x));
  BOOST_TEST(math::relu(-3.0) == 0.0);
  BOOST_TEST(math::relu(3.0) == 3.0);
  BOOST_TEST(std::isnan(math::relu(not_a_number)));
  BOOST_TEST(math::projected(-1.0, 0.01) == 0.01);
  BOOST_TEST(math::projected(5.0, 0.01, 2.0) == 2.0);
  BOOST_TEST(math::projected(1.5, 0.01, 2.0) == 1.5);
  BOOST_TEST(std::isnan(math::projected(not_a_number, 0.01, 2.0)));
}

BOOST_AUTO_TEST_SUITE_END()
