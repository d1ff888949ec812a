// Dual numbers against central differences of the same formula in plain double.
#include "core/math/dual.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

using namespace lengthwise;

namespace {

using pair = dual<double, 2>;

// Checks both partial derivatives of f(x, y), which is written once over the number type.
template <class F>
void check(const char* name, F f, double x, double y) {
  const pair result = f(pair::variable(x, 0), pair::variable(y, 1));
  BOOST_TEST(result.value == f(x, y), name);
  const double step = 1e-4;
  const auto slope = [&](auto at) {
    return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
  };
  const double by_x = slope([&](double shift) { return f(x + shift, y); }),
               by_y = slope([&](double shift) { return f(x, y + shift); });
  BOOST_TEST(std::abs(result.gradient[0] - by_x) <= 1e-10 * (1 + std::abs(by_x)),
             name << " by x: " << result.gradient[0] << " or " << by_x);
  BOOST_TEST(std::abs(result.gradient[1] - by_y) <= 1e-10 * (1 + std::abs(by_y)),
             name << " by y: " << result.gradient[1] << " or " << by_y);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dual_numbers)

BOOST_AUTO_TEST_CASE(of_arithmetic) {
  check(
      "sum", [](auto x, auto y) { return x + y * 2.0; }, 0.7, -1.3);
  check(
      "difference", [](auto x, auto y) { return 1.0 - x - y; }, 0.7, -1.3);
  check(
      "product", [](auto x, auto y) { return x * y * x; }, 0.7, -1.3);
  check(
      "quotient", [](auto x, auto y) { return (x + 1.0) / (y * x); }, 0.7, -1.3);
  check(
      "negation", [](auto x, auto y) { return -(x * y); }, 0.7, -1.3);
}
BOOST_AUTO_TEST_CASE(of_elementary_functions) {
  using math::exp, math::log, math::sin, math::cos, math::sqrt, math::abs, math::relu, math::max, math::min,
      math::pow;  // not libm's
  for (const double x : {0.3, 1.1, 2.5})
    for (const double y : {0.4, 1.7}) {
      check(
          "exp", [](auto a, auto b) { return exp(a * b); }, x, y);
      check(
          "log", [](auto a, auto b) { return log(a + b * b); }, x, y);
      check(
          "sin", [](auto a, auto b) { return sin(a * b); }, x, y);
      check(
          "cos", [](auto a, auto b) { return cos(a - b); }, x, y);
      check(
          "sqrt", [](auto a, auto b) { return sqrt(a + b); }, x, y);
      check(
          "abs", [](auto a, auto b) { return abs(b - a * 3.0); }, x, y);
      check(
          "relu", [](auto a, auto b) { return relu(a - b) * b; }, x, y);
      check(
          "max", [](auto a, auto b) { return max(a * a, b); }, x, y);
      check(
          "min", [](auto a, auto b) { return min(a * a, b); }, x, y);
      check(
          "pow", [](auto a, auto b) { return pow(a, b); }, x, y);
    }
}
BOOST_AUTO_TEST_CASE(of_sigmoids_on_both_sides) {
  using math::sigmoid, math::log_sigmoid, math::softplus, math::tanh;
  for (const double x : {-3.0, -0.2, 0.3, 4.0}) {
    check(
        "sigmoid", [](auto a, auto b) { return sigmoid(a * b); }, x, 1.3);
    check(
        "log_sigmoid", [](auto a, auto b) { return log_sigmoid(a * b); }, x, 1.3);
    check(
        "softplus", [](auto a, auto b) { return softplus(a * b); }, x, 1.3);
    check(
        "tanh", [](auto a, auto b) { return tanh(a * b); }, x, 1.3);
  }
}
BOOST_AUTO_TEST_CASE(a_projection_passes_the_gradient_straight_through) {
  const auto below = projected(dual<double, 1>::variable(-4, 0), 0.01);
  BOOST_TEST(below.value == 0.01);
  BOOST_TEST(below.gradient[0] == 1.0);
}
BOOST_AUTO_TEST_CASE(a_kink_has_no_gradient_below_and_hides_no_nan) {
  BOOST_TEST(relu(dual<double, 1>::variable(0, 0)).gradient[0] == 0.0);
  BOOST_TEST(relu(dual<double, 1>::variable(-1, 0)).gradient[0] == 0.0);
  BOOST_TEST(std::isnan(relu(dual<double, 1>::variable(std::nan(""), 0)).value));
}
BOOST_AUTO_TEST_CASE(at_compile_time) {
  constexpr auto x = dual<double, 1>::variable(2, 0);
  static_assert((x * x * x).gradient[0] == 12);
  static_assert((1 / x).gradient[0] == -0.25);
  BOOST_TEST((x * x).value == 4);
}

BOOST_AUTO_TEST_SUITE_END()
