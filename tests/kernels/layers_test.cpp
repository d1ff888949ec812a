// Norms and activations against readable formulas in long double, and their gradients against central differences of
// those formulas.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/kernels/levels.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

constexpr real epsilon = real(1e-5);
using numbers = std::vector<wide>;

numbers widened(const std::vector<real>& x) { return {x.begin(), x.end()}; }

numbers norm_of(const numbers& x, const numbers& gain, const numbers* bias) {
  const auto n = static_cast<wide>(x.size());
  wide mean = 0, variance = 0;
  if (bias != nullptr)
    for (const wide each : x) mean += each / n;
  for (const wide each : x) variance += (each - mean) * (each - mean) / n;
  numbers y;
  for (std::size_t i = 0; i < x.size(); ++i)
    y.push_back((x[i] - mean) / std::sqrt(variance + static_cast<wide>(epsilon)) * gain[i] +
                (bias != nullptr ? (*bias)[i] : 0));
  return y;
}
wide gelu_of(wide x) { return x / 2 * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0L)) * (x + 0.044715L * x * x * x))); }
wide silu_of(wide x) { return x / (1 + std::exp(-x)); }

// d f / d x, to about 1e-12.
wide slope(const std::function<wide(wide)>& f, wide x) {
  const wide step = 1e-4L;
  return (8 * (f(x + step) - f(x - step)) - (f(x + 2 * step) - f(x - 2 * step))) / (12 * step);
}
bool near(real x, wide right, wide tolerance) {
  return std::abs(static_cast<wide>(x) - right) <= tolerance * (1 + std::abs(right));
}

void check_norm(const kernel_table& table, std::size_t width, bool centred) {
  constexpr std::size_t rows = 3;
  const std::vector<real> x = drawn(rows * width, 1, 3), gain = drawn(width, 2), bias = drawn(width, 3),
                          d_y = drawn(rows * width, 4);
  const norm_arguments arguments{rows, static_cast<int>(width), gain.data(), centred ? bias.data() : nullptr, epsilon};
  std::vector<real> y(rows * width), statistics(2 * rows), d_x(rows * width, 1), d_gain(width, 2), d_bias(width, 3);
  table.norm(arguments, x.data(), y.data(), statistics.data());
  table.norm_backward(arguments, x.data(), statistics.data(), d_y.data(), d_x.data(), d_gain.data(),
                      centred ? d_bias.data() : nullptr);

  const numbers wide_gain = widened(gain), wide_bias = widened(bias);
  numbers right_d_gain(width, 2), right_d_bias(width, 3);  // gradients are added to what is there
  for (std::size_t row = 0; row < rows; ++row) {
    const numbers own(x.begin() + static_cast<std::ptrdiff_t>(row * width),
                      x.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
    const numbers right = norm_of(own, wide_gain, centred ? &wide_bias : nullptr);
    const numbers normed = norm_of(own, numbers(width, 1), centred ? &wide_bias : nullptr);
    for (std::size_t i = 0; i < width; ++i) {
      BOOST_TEST_REQUIRE(near(y[row * width + i], right[i], 40 * rounding));
      right_d_gain[i] += static_cast<wide>(d_y[row * width + i]) * (normed[i] - (centred ? wide_bias[i] : 0));
      right_d_bias[i] += static_cast<wide>(d_y[row * width + i]);
      const wide right_d_x = slope(
          [&](wide value) {
            numbers moved = own;
            moved[i] = value;
            const numbers z = norm_of(moved, wide_gain, centred ? &wide_bias : nullptr);
            wide sum = 0;
            for (std::size_t j = 0; j < width; ++j) sum += static_cast<wide>(d_y[row * width + j]) * z[j];
            return sum;
          },
          own[i]);
      BOOST_TEST_REQUIRE(near(d_x[row * width + i], 1 + right_d_x, 100 * rounding + 1e-10),
                         "row " << row << ", channel " << i);
    }
  }
  for (std::size_t i = 0; i < width; ++i) {
    BOOST_TEST_REQUIRE(near(d_gain[i], right_d_gain[i], 40 * rounding));
    if (centred) BOOST_TEST_REQUIRE(near(d_bias[i], right_d_bias[i], 40 * rounding));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layers)

BOOST_AUTO_TEST_CASE(norms_and_their_gradients) {
  for (const kernel_table* table : levels())
    for (const std::size_t width : {2u, 5u, 16u, 23u, 64u})
      for (const bool centred : {true, false})
        BOOST_TEST_CONTEXT(table->name << ", width " << width << (centred ? ", layer" : ", rms"))
  check_norm(*table, width, centred);
}
BOOST_AUTO_TEST_CASE(gelu_and_its_gradient) {
  const std::vector<real> x = drawn(500, 5, 8), d_y = drawn(500, 6);
  for (const kernel_table* table : levels()) {
    std::vector<real> y(500), again(500), d_x(500), in_place = d_y;
    table->gelu(x.data(), y.data(), 500);
    table->gelu_backward(x.data(), d_y.data(), again.data(), d_x.data(), 500);
    BOOST_TEST(same_bits(again, y));
    table->gelu_backward(x.data(), in_place.data(), again.data(), in_place.data(), 500);
    for (std::size_t i = 0; i < 500; ++i) {
      BOOST_TEST_REQUIRE(near(y[i], gelu_of(static_cast<wide>(x[i])), 8 * rounding));
      BOOST_TEST_REQUIRE(
          near(d_x[i], static_cast<wide>(d_y[i]) * slope(gelu_of, static_cast<wide>(x[i])), 20 * rounding + 1e-11));
    }
    BOOST_TEST(same_bits(in_place, d_x));
  }
}
BOOST_AUTO_TEST_CASE(swiglu_and_its_gradients) {
  const std::vector<real> gate = drawn(500, 7, 8), up = drawn(500, 8), d_y = drawn(500, 9);
  for (const kernel_table* table : levels()) {
    std::vector<real> y(500), again(500), d_gate(500), d_up(500), in_place = d_y;
    table->swiglu(gate.data(), up.data(), y.data(), 500);
    table->swiglu_backward(gate.data(), up.data(), d_y.data(), again.data(), d_gate.data(), d_up.data(), 500);
    BOOST_TEST(same_bits(again, y));
    table->swiglu_backward(gate.data(), up.data(), in_place.data(), again.data(), d_gate.data(), in_place.data(), 500);
    for (std::size_t i = 0; i < 500; ++i) {
      const wide g = static_cast<wide>(gate[i]), u = static_cast<wide>(up[i]), d = static_cast<wide>(d_y[i]);
      BOOST_TEST_REQUIRE(near(y[i], silu_of(g) * u, 8 * rounding));
      BOOST_TEST_REQUIRE(near(d_up[i], d * silu_of(g), 8 * rounding));
      BOOST_TEST_REQUIRE(near(d_gate[i], d * u * slope(silu_of, g), 20 * rounding + 1e-11));
    }
    BOOST_TEST(same_bits(in_place, d_up));
  }
}
BOOST_AUTO_TEST_CASE(activations_at_both_ends) {
  for (const kernel_table* table : levels()) {
    const std::vector<real> x = {-1000, 1000, 0, std::numeric_limits<real>::quiet_NaN()}, ones(4, 1);
    std::vector<real> y(4);
    table->gelu(x.data(), y.data(), 4);
    BOOST_TEST((y[0] == 0 && y[1] == 1000 && y[2] == 0 && std::isnan(y[3])));
    table->swiglu(x.data(), ones.data(), y.data(), 4);
    BOOST_TEST((y[0] == 0 && y[1] == 1000 && y[2] == 0 && std::isnan(y[3])));
  }
}
BOOST_AUTO_TEST_CASE(a_nan_in_a_row_makes_the_row_nan) {
  for (const kernel_table* table : levels())
    for (const bool centred : {true, false}) {
      std::vector<real> x = drawn(2 * 20, 10), y(2 * 20), statistics(4);
      const std::vector<real> ones(20, 1);
      x[7] = std::numeric_limits<real>::quiet_NaN();
      table->norm({2, 20, ones.data(), centred ? ones.data() : nullptr, epsilon}, x.data(), y.data(),
                  statistics.data());
      for (std::size_t i = 0; i < 40; ++i) BOOST_TEST_REQUIRE(std::isnan(y[i]) == (i < 20));
    }
}

// Its square is beyond the numbers' range: the right answer cannot be had, and a wrong one must not look like one.
BOOST_AUTO_TEST_CASE(a_row_too_large_for_its_variance_is_nan) {
  for (const kernel_table* level : levels())
    for (const bool centred : {true, false}) {
      const std::vector<real> gain(20, 1), bias(20, 0);
      std::vector<real> x(20, std::sqrt(std::numeric_limits<real>::max())), y(20), statistics(2);
      for (std::size_t i = 0; i < 20; ++i) x[i] *= i % 2 == 0 ? 2 : -2;
      level->norm({1, 20, gain.data(), centred ? bias.data() : nullptr, epsilon}, x.data(), y.data(),
                  statistics.data());
      for (const real each : y) BOOST_TEST_REQUIRE(std::isnan(each));
    }
}

BOOST_AUTO_TEST_SUITE_END()
