// The optimiser's kernel against a plain loop in long double.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/kernels/levels.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

BOOST_AUTO_TEST_SUITE(adamw)

BOOST_AUTO_TEST_CASE(many_steps_stay_near_a_plain_loop) {
  constexpr std::size_t n = 53;
  const wide beta1 = 0.9L, beta2 = 0.95L, epsilon = 1e-8L, rate = 0.01L, decay = 0.001L, clipping = 0.5L;
  for (const kernel_table* table : levels()) {
    std::vector<real> p = drawn(n, 1), m(n), v(n);
    std::vector<wide> right(p.begin(), p.end()), right_m(n), right_v(n);
    for (int step = 1; step <= 20; ++step) {
      const std::vector<real> g = drawn(n, static_cast<std::uint64_t>(100 + step));
      const wide correction1 = 1 / (1 - std::pow(beta1, step)), correction2 = 1 / (1 - std::pow(beta2, step));
      const auto narrow = [](wide x) { return static_cast<real>(x); };
      table->adamw({p.data(), m.data(), v.data(), g.data(), n, narrow(clipping), narrow(rate), narrow(decay),
                    narrow(beta1), narrow(beta2), narrow(epsilon), narrow(correction1), narrow(correction2)});
      for (std::size_t i = 0; i < n; ++i) {
        const wide clipped = clipping * static_cast<wide>(g[i]);
        right_m[i] = beta1 * right_m[i] + (1 - beta1) * clipped;
        right_v[i] = beta2 * right_v[i] + (1 - beta2) * clipped * clipped;
        right[i] -=
            decay * right[i] + rate * (right_m[i] * correction1) / (std::sqrt(right_v[i] * correction2) + epsilon);
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      BOOST_TEST_REQUIRE(std::abs(static_cast<wide>(p[i]) - right[i]) < 100 * rounding);
      BOOST_TEST_REQUIRE(std::abs(static_cast<wide>(m[i]) - right_m[i]) < 100 * rounding);
      BOOST_TEST_REQUIRE(std::abs(static_cast<wide>(v[i]) - right_v[i]) < 100 * rounding);
    }
  }
}
BOOST_AUTO_TEST_CASE(no_gradient_ever_leaves_only_the_decay) {
  for (const kernel_table* table : levels()) {
    real p = 2, m = 0, v = 0;
    const real g = 0;
    table->adamw({&p, &m, &v, &g, 1, 1, real(0.01), real(0.125), real(0.9), real(0.95), real(1e-8), 10, 20});
    BOOST_TEST(p == real(1.75));
  }
}
BOOST_AUTO_TEST_CASE(a_nan_gradient_is_not_hidden) {
  for (const kernel_table* table : levels()) {
    real p = 2, m = 0, v = 0;
    const real g = std::numeric_limits<real>::quiet_NaN();
    table->adamw({&p, &m, &v, &g, 1, 1, real(0.01), 0, real(0.9), real(0.95), real(1e-8), 10, 20});
    BOOST_TEST(std::isnan(p));
  }
}

BOOST_AUTO_TEST_SUITE_END()
