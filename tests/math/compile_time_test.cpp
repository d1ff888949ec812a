// The same bits when the compiler evaluates a function and when the program does: what static_assert proves of a
// formula holds for the tables that are filled at run time.
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstdint>

#include "core/math/scalar.hpp"

using namespace lengthwise;

namespace {

constexpr std::size_t count = 41;
using points = std::array<double, count>;

constexpr points spread(double low, double high) {
  points x{};
  for (std::size_t i = 0; i < count; ++i) x[i] = low + (high - low) * (static_cast<double>(i) + 0.37) / count;
  return x;
}
template <class F>
constexpr points values(F f, const points& x) {
  points y{};
  for (std::size_t i = 0; i < count; ++i) y[i] = f(x[i]);
  return y;
}

template <class F>
void check(F f, const points& x, const points& at_compile_time) {
  for (std::size_t i = 0; i < count; ++i) {
    const volatile double hidden = x[i];  // which the optimiser cannot see through
    const double at_run_time = f(hidden);
    BOOST_TEST(std::bit_cast<std::uint64_t>(at_run_time) == std::bit_cast<std::uint64_t>(at_compile_time[i]),
               "at " << x[i]);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compile_time)

#define LENGTHWISE_SAME_BITS(name, low, high)                  \
  BOOST_AUTO_TEST_CASE(of_##name) {                            \
    constexpr auto f = [](double x) { return math::name(x); }; \
    constexpr points x = spread(low, high), y = values(f, x);  \
    check(f, x, y);                                            \
  }

LENGTHWISE_SAME_BITS(exp, -700, 700)
LENGTHWISE_SAME_BITS(exp2, -1000, 1000)
LENGTHWISE_SAME_BITS(log, 0, 1e6)
LENGTHWISE_SAME_BITS(sin, -1e6, 1e6)
LENGTHWISE_SAME_BITS(cos, -100, 100)
LENGTHWISE_SAME_BITS(sqrt, 0, 1e6)
LENGTHWISE_SAME_BITS(tanh, -20, 20)
LENGTHWISE_SAME_BITS(sigmoid, -50, 50)
LENGTHWISE_SAME_BITS(log_sigmoid, -50, 50)

BOOST_AUTO_TEST_SUITE_END()
