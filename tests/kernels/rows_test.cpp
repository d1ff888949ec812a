// The rows of attention against readable formulas in long double, at every level.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/kernels/levels.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN(), infinity = std::numeric_limits<real>::infinity();

wide sum_of_exponentials(const std::vector<real>& x) {
  wide sum = 0;
  for (const real each : x) sum += std::exp(static_cast<wide>(each));
  return sum;
}
bool near(real x, wide right, double tolerance) {
  return std::abs(static_cast<wide>(x) - right) <= tolerance * (1 + std::abs(right));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rows)

BOOST_AUTO_TEST_CASE(sums_and_products) {
  for (const kernel_table* table : levels())
    for (const std::size_t n : {1u, 2u, 15u, 16u, 17u, 100u, 1000u}) {
      const std::vector<real> x = drawn(n, 1), y = drawn(n, 2);
      wide product = 0, squares = 0;
      for (std::size_t i = 0; i < n; ++i)
        product += static_cast<wide>(x[i]) * static_cast<wide>(y[i]),
            squares += static_cast<wide>(x[i]) * static_cast<wide>(x[i]);
      BOOST_TEST(near(table->dot(x.data(), y.data(), n), product, 100 * rounding));
      BOOST_TEST(std::abs(static_cast<wide>(table->sum_of_squares(x.data(), n)) - squares) <= 1e-14L * squares);
      std::vector<real> sum = y, scaled = y, shifted = y, plain = y, decayed = y;
      table->add(sum.data(), x.data(), n);
      table->scale(scaled.data(), real(0.3), n);
      table->scale_and_bias(shifted.data(), real(0.3), x.data(), n);
      table->scale_and_bias(plain.data(), real(0.3), nullptr, n);
      std::vector<double> decay(n);
      for (std::size_t i = 0; i < n; ++i) decay[i] = -0.7 * static_cast<double>(i);
      table->add_decay(decayed.data(), -3, decay.data(), n);
      for (std::size_t i = 0; i < n; ++i) {
        BOOST_TEST_REQUIRE(sum[i] == y[i] + x[i]);
        BOOST_TEST_REQUIRE(scaled[i] == y[i] * real(0.3));
        BOOST_TEST_REQUIRE(plain[i] == scaled[i]);
        BOOST_TEST_REQUIRE(near(shifted[i],
                                static_cast<wide>(y[i]) * static_cast<wide>(real(0.3)) + static_cast<wide>(x[i]),
                                2 * rounding));
        BOOST_TEST_REQUIRE(near(decayed[i], static_cast<wide>(y[i]) - 3 - static_cast<wide>(decay[i]), 4 * rounding));
      }
    }
}
BOOST_AUTO_TEST_CASE(a_sum_of_squares_does_not_overflow_in_float) {
  const std::vector<real> x(100, real(1e30));
  for (const kernel_table* table : levels())
    BOOST_TEST(std::abs(table->sum_of_squares(x.data(), 100) / 1e62 - 1) < 1e-6);
}

BOOST_AUTO_TEST_CASE(the_exponential_is_good_to_two_units_in_the_last_place) {
  std::vector<real> x;
  for (int i = -8699; i < 8800; ++i) x.push_back(static_cast<real>(i * 0.01 + 0.0037));
  for (const kernel_table* table : levels()) {
    std::vector<real> y = x;
    table->probabilities(y.data(), 0, y.size());
    for (std::size_t i = 0; i < x.size() && x[i] < -55; ++i) {
      BOOST_TEST_REQUIRE(y[i] == 0);  // lost in its row; what was summed before a larger maximum is not
      real logit = 0, maximum = x[i], sum = 1;
      y[i] = table->softmax_block(&logit, 1, maximum, sum);
    }
    for (std::size_t i = 0; i < x.size(); ++i)
      BOOST_TEST_REQUIRE(std::abs(static_cast<wide>(y[i]) / std::exp(static_cast<wide>(x[i])) - 1) <
                             (sizeof(real) == 4 ? 4 * rounding : 4e-15),
                         x[i]);
    real ends[] = {-infinity, -2000, 2000, infinity, not_a_number, 0};
    table->probabilities(ends, 0, 6);
    BOOST_TEST(ends[0] == 0);
    BOOST_TEST(ends[1] == 0);
    BOOST_TEST(ends[2] == infinity);
    BOOST_TEST(ends[3] == infinity);
    BOOST_TEST(std::isnan(ends[4]));
    BOOST_TEST(ends[5] == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_running_softmax_is_the_whole_softmax) {
  for (const kernel_table* table : levels())
    for (const double size : {1.0, 30.0})
      for (const std::size_t block : {1u, 3u, 16u, 50u, 100u}) {
        const std::vector<real> x = drawn(100, 5, size);
        std::vector<real> p = x;
        real maximum = -infinity, sum = 0;
        for (std::size_t first = 0; first < p.size(); first += block) {
          const std::size_t n = std::min(block, p.size() - first);
          const real factor = table->softmax_block(p.data() + first, n, maximum, sum);
          for (std::size_t i = 0; i < first; ++i) p[i] *= factor;
        }
        const wide total = sum_of_exponentials(x);
        BOOST_TEST(near(maximum + std::log(sum), std::log(total), 20 * rounding));
        for (std::size_t i = 0; i < p.size(); ++i)
          BOOST_TEST_REQUIRE(std::abs(static_cast<wide>(p[i] / sum) - std::exp(static_cast<wide>(x[i])) / total) <=
                             300 * rounding * std::exp(static_cast<wide>(x[i])) / total + std::exp(wide(-55)));
      }
}
BOOST_AUTO_TEST_CASE(a_softmax_of_huge_logits_is_finite) {
  for (const kernel_table* table : levels()) {
    std::vector<real> x = {real(1e30), real(-1e30), real(1e30), 0};
    real maximum = -infinity, sum = 0;
    table->softmax_block(x.data(), x.size(), maximum, sum);
    BOOST_TEST(sum == 2);
    BOOST_TEST((x == std::vector<real>{1, 0, 1, 0}));
  }
}
BOOST_AUTO_TEST_CASE(a_nan_logit_makes_the_sum_nan_wherever_it_stands) {
  for (const kernel_table* table : levels())
    for (std::size_t n = 1; n <= 40; ++n)
      for (std::size_t at = 0; at < n; ++at) {
        std::vector<real> x = drawn(n, n);
        x[at] = not_a_number;
        real maximum = -infinity, sum = 0;
        table->softmax_block(x.data(), n, maximum, sum);
        BOOST_TEST_REQUIRE(std::isnan(sum), table->name << ": " << at << " of " << n);
      }
}
BOOST_AUTO_TEST_CASE(probabilities_and_their_gradient) {
  constexpr std::size_t n = 77;
  const std::vector<real> x = drawn(n, 6, 4), d_p = drawn(n, 7);
  const auto log_sum = static_cast<real>(std::log(sum_of_exponentials(x)));
  for (const kernel_table* table : levels()) {
    std::vector<real> p = x, d_x = d_p;
    table->probabilities(p.data(), log_sum, n);
    real delta = 0;
    for (std::size_t i = 0; i < n; ++i) delta += p[i] * d_p[i];
    table->softmax_gradient(p.data(), d_x.data(), delta, n);
    // The gradient of sum d_p p by x_j, from the Jacobian p_i (1[i = j] - p_j).
    for (std::size_t j = 0; j < n; ++j) {
      wide right = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const wide pi = std::exp(static_cast<wide>(x[i]) - static_cast<wide>(log_sum)),
                   pj = std::exp(static_cast<wide>(x[j]) - static_cast<wide>(log_sum));
        right += static_cast<wide>(d_p[i]) * pi * ((i == j ? 1 : 0) - pj);
      }
      BOOST_TEST_REQUIRE(std::abs(static_cast<wide>(d_x[j]) - right) < 30 * rounding);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_rotation_turns_pairs_and_its_inverse_turns_them_back) {
  constexpr int rows = 5, stride = 23, planes = 4, span = 8;
  std::vector<real> cosine(rows * planes), sine(rows * planes);
  for (std::size_t i = 0; i < cosine.size(); ++i)
    cosine[i] = static_cast<real>(std::cos(0.7 * static_cast<double>(i))),
    sine[i] = static_cast<real>(std::sin(0.7 * static_cast<double>(i)));
  for (const kernel_table* table : levels())
    for (const bool half_split : {false, true}) {
      const std::vector<real> before = drawn(rows * stride, 8);
      std::vector<real> x = before;
      rotation_arguments turn{x.data(), stride, rows, planes, span, half_split, cosine.data(), sine.data(), false};
      table->rotate(turn);
      std::vector<real> right = before;
      for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t t = 0; t < planes; ++t) {
          const std::size_t first = row * stride + (half_split ? t : 2 * t),
                            second = row * stride + (half_split ? t + span / 2 : 2 * t + 1);
          const wide c = static_cast<wide>(cosine[row * planes + t]), s = static_cast<wide>(sine[row * planes + t]);
          right[first] =
              static_cast<real>(c * static_cast<wide>(before[first]) - s * static_cast<wide>(before[second]));
          right[second] =
              static_cast<real>(s * static_cast<wide>(before[first]) + c * static_cast<wide>(before[second]));
        }
      for (std::size_t i = 0; i < x.size(); ++i)
        BOOST_TEST_REQUIRE(std::abs(x[i] - right[i]) <= static_cast<real>(4 * rounding), i);
      turn.inverse = true;
      table->rotate(turn);
      for (std::size_t i = 0; i < x.size(); ++i)
        BOOST_TEST_REQUIRE(std::abs(x[i] - before[i]) <= static_cast<real>(8 * rounding), i);
    }
}

BOOST_AUTO_TEST_SUITE_END()
