// Lanes against doubles, and gradients by tape against those by dual numbers, of the same formula.
#include "core/math/tape.hpp"

#include <boost/test/unit_test.hpp>

#include "core/math/dual.hpp"

using namespace lengthwise;

namespace {

// f(x, y) at lanes::count places, from one text.
template <class F>
void check(const char* name, F f, double x, double y) {
  using pair = dual<double, 2>;
  lanes places;
  for (int l = 0; l < lanes::count; ++l) places.each[l] = x + 0.17 * l;
  const lanes values = f(places, lanes(y));

  tape record;
  record.begin();
  const taped by_y = record.variable(y), by_scale = record.variable(1);
  const taped result = f(taped(places) * by_scale, by_y);  // d/d scale is x d/dx
  record.sweep(result, 1);
  record.sweep(f(taped(places) * by_scale, by_y), 0.5);  // sweeps add up

  double d_scale = 0, d_y = 0;
  for (int l = 0; l < lanes::count; ++l) {
    const double at = places.each[l];
    const pair expected = f(pair::variable(at, 0), pair::variable(y, 1));
    BOOST_TEST(values.each[l] == f(at, y), name << " in lane " << l);
    BOOST_TEST(result.value.each[l] == values.each[l], name << " on tape, lane " << l);
    d_scale += 1.5 * at * expected.gradient[0], d_y += 1.5 * expected.gradient[1];
  }
  const auto near = boost::test_tools::tolerance(1e-14);
  BOOST_TEST(record.gradient(0) == d_y, near);
  BOOST_TEST(record.gradient(1) == d_scale, near);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tapes)

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
  using math::exp, math::log, math::sin, math::cos, math::sqrt, math::sigmoid, math::log_sigmoid, math::softplus,
      math::tanh, math::pow;
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
          "sigmoid", [](auto a, auto b) { return sigmoid(b - a); }, x, y);
      check(
          "log_sigmoid", [](auto a, auto b) { return log_sigmoid(b - a); }, x, y);
      check(
          "softplus", [](auto a, auto b) { return softplus(a - b); }, x, y);
      check(
          "tanh", [](auto a, auto b) { return tanh(a * b); }, x, y);
      check(
          "pow", [](auto a, auto b) { return pow(a, b); }, x, y);
    }
}
BOOST_AUTO_TEST_CASE(of_choices_also_where_they_are_equal) {
  using math::abs, math::relu, math::max, math::min;
  for (const double x : {-0.34, -0.17, 0.0, 0.2}) {  // lanes on both sides of 0, and on it
    check(
        "abs", [](auto a, auto b) { return abs(a) * b; }, x, 0.7);
    check(
        "relu", [](auto a, auto b) { return relu(a) * b; }, x, 0.7);
    check(
        "max", [](auto a, auto b) { return max(a, b) * b; }, x, 0.17);
    check(
        "min", [](auto a, auto b) { return min(a, b) * b; }, x, 0.17);
  }
}
BOOST_AUTO_TEST_CASE(a_constant_has_no_gradient) {
  tape record;
  record.begin();
  const taped x = record.variable(3);
  record.sweep(taped(2.0) * taped(4.0), 1);
  BOOST_TEST(record.gradient(0) == 0);
  record.sweep(x, 2);  // the variable itself
  BOOST_TEST(record.gradient(0) == 2 * lanes::count);
}

BOOST_AUTO_TEST_CASE(a_formula_that_is_too_long_is_refused) {
  tape record;
  record.begin();
  taped x = record.variable(1);
  for (int i = 2; i < tape::most_slots; ++i) x += 1;
  record.sweep(x, 1);
  BOOST_TEST(record.gradient(0) == lanes::count);
  x = taped(1.0) * taped(2.0);  // constants take no place
  x = record.variable(1);
  BOOST_CHECK_THROW(for (int i = 0; i < tape::most_slots; ++i) x += 1, std::length_error);
}

BOOST_AUTO_TEST_SUITE_END()
