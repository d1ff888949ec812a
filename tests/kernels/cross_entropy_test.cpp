// The loss of a row of logits and its gradient, and what must not be hidden by them.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/kernels/levels.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

constexpr real not_a_number = std::numeric_limits<real>::quiet_NaN(), infinity = std::numeric_limits<real>::infinity();

// Log of the sum of exponentials, as a textbook has it.
wide log_sum(const std::vector<real>& x) {
  wide top = x[0], sum = 0;
  for (const real each : x) top = std::max(top, static_cast<wide>(each));
  for (const real each : x) sum += std::exp(static_cast<wide>(each) - top);
  return top + std::log(sum);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cross_entropy)

BOOST_AUTO_TEST_CASE(loss_and_gradient_of_rows_of_every_length) {
  for (const kernel_table* table : levels())
    for (const std::size_t n : {1u, 2u, 15u, 16u, 17u, 33u, 256u})
      for (const double size : {0.1, 5.0, 40.0}) {
        const std::vector<real> x = drawn(n, n, size);
        for (const std::size_t target : {std::size_t(0), n / 2, n - 1}) {
          std::vector<real> kept = x, d_x = x;
          const wide right = log_sum(x) - static_cast<wide>(x[target]);
          const real loss = table->cross_entropy(kept.data(), static_cast<int>(target), n, 0);
          BOOST_TEST(std::abs(static_cast<wide>(loss) - right) <= 20 * rounding * (1 + right));
          BOOST_TEST(same_bits(kept, x));  // asked for no gradient, it leaves the logits
          BOOST_TEST(table->cross_entropy(d_x.data(), static_cast<int>(target), n, real(0.25)) == loss);
          for (std::size_t i = 0; i < n; ++i) {
            const wide gradient = (std::exp(static_cast<wide>(x[i]) - log_sum(x)) - (i == target ? 1 : 0)) / 4;
            BOOST_TEST_REQUIRE(std::abs(static_cast<wide>(d_x[i]) - gradient) <= 30 * rounding);
          }
        }
      }
}
BOOST_AUTO_TEST_CASE(extreme_logits_have_finite_losses) {
  for (const kernel_table* table : levels()) {
    std::vector<real> x(40, real(-1e4));
    x[3] = real(1e4);
    BOOST_TEST(table->cross_entropy(x.data(), 3, 40, 0) == 0);
    BOOST_TEST(table->cross_entropy(x.data(), 5, 40, 0) == 20000);
    std::vector<real> d_x = x;
    BOOST_TEST(table->cross_entropy(d_x.data(), 5, 40, 1) == 20000);
    for (std::size_t i = 0; i < 40; ++i) BOOST_TEST_REQUIRE(d_x[i] == (i == 3 ? 1 : i == 5 ? -1 : 0));
    const std::vector<real> same(256, real(1e30));
    d_x = same;
    BOOST_TEST(std::abs(table->cross_entropy(d_x.data(), 9, 256, 0) - real(5.545177444479562)) < real(1e-6));  // ln 256
  }
}
BOOST_AUTO_TEST_CASE(what_is_not_finite_is_not_hidden) {
  for (const kernel_table* table : levels())
    for (std::size_t n = 2; n <= 40; ++n)
      for (std::size_t at = 0; at < n; ++at)
        for (const real bad : {not_a_number, infinity})
          for (const std::size_t target : {std::size_t(0), n - 1})
            for (const real scale : {real(0), real(1)}) {
              std::vector<real> x = drawn(n, n);
              x[at] = bad;
              BOOST_TEST_REQUIRE(std::isnan(table->cross_entropy(x.data(), static_cast<int>(target), n, scale)),
                                 table->name << ": " << at << " of " << n);
            }
}
BOOST_AUTO_TEST_CASE(an_impossible_target_costs_infinity_and_an_impossible_other_nothing) {
  for (const kernel_table* table : levels()) {
    std::vector<real> x = {0, -infinity, 0};
    BOOST_TEST(table->cross_entropy(x.data(), 1, 3, 0) == infinity);
    BOOST_TEST(std::abs(table->cross_entropy(x.data(), 0, 3, 0) - real(0.6931471805599453)) < real(1e-6));  // ln 2
  }
}

BOOST_AUTO_TEST_SUITE_END()
