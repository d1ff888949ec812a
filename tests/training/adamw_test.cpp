// The optimiser over a layout: its corrections, which parameters decay, any split, and a problem whose optimum is
// known.
#include "core/training/adamw.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

struct optimised {
  parameter_layout layout{least_model, *make_encoding("none"), 8};
  std::vector<real> parameters = std::vector<real>(layout.count(), 1), first = std::vector<real>(layout.count()),
                    second = first;
  training_buffers<real> buffers() { return {parameters.data(), first.data(), second.data()}; }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(optimiser)

BOOST_AUTO_TEST_CASE(corrections_are_those_of_the_paper) {
  const train_config c{.beta1 = 0.9, .beta2 = 0.95};
  for (const int step : {1, 2, 3, 10, 1000, 100000}) {
    const adamw_step s(c, step, 1, 1);
    BOOST_TEST(std::abs(s.correction1 - 1 / (1 - std::pow(0.9, step))) < 1e-12 * s.correction1);
    BOOST_TEST(std::abs(s.correction2 - 1 / (1 - std::pow(0.95, step))) < 1e-12 * s.correction2);
  }
}
BOOST_AUTO_TEST_CASE(only_what_decays_decays) {
  optimised x;
  const train_config c{.weight_decay = 0.5};
  const std::vector<real> no_gradient(x.layout.count());
  adamw_step(c, 1, 0.25, 1).apply(c, x.layout, 0, x.layout.count(), x.buffers(), no_gradient.data());
  for (const parameter_slice& slice : x.layout.slices())
    for (std::size_t i = slice.offset; i < slice.offset + slice.count; ++i)
      BOOST_TEST_REQUIRE(x.parameters[i] == (slice.decays ? real(0.875) : real(1)), slice.name);
}
BOOST_AUTO_TEST_CASE(an_update_may_be_shared_out_in_any_way) {
  optimised whole, pieces;
  std::vector<real> gradient(whole.layout.count());
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] = static_cast<real>(std::sin(static_cast<double>(i)));
  const train_config c;
  for (int step = 1; step <= 3; ++step) {
    const adamw_step s(c, step, 0.01, 0.5);
    s.apply(c, whole.layout, 0, gradient.size(), whole.buffers(), gradient.data());
    for (std::size_t first = 0; first < gradient.size(); first += 37)
      s.apply(c, pieces.layout, first, std::min(first + 37, gradient.size()), pieces.buffers(), gradient.data());
  }
  BOOST_TEST((whole.parameters == pieces.parameters && whole.first == pieces.first && whole.second == pieces.second));
}
// f(p) = sum of (p_i - target_i)^2 / 2, whose optimum is the target; the gradient is p - target.
BOOST_AUTO_TEST_CASE(a_quadratic_is_brought_to_its_known_optimum) {
  optimised x;
  train_config c;
  c.weight_decay = 0;
  std::vector<real> target(x.layout.count()), gradient(x.layout.count());
  for (std::size_t i = 0; i < target.size(); ++i) target[i] = static_cast<real>(2 * std::cos(static_cast<double>(i)));
  for (int step = 1; step <= 2000; ++step) {
    for (std::size_t i = 0; i < target.size(); ++i) gradient[i] = x.parameters[i] - target[i];
    adamw_step(c, step, 0.05 * (1 - (step - 1) / 2000.0), 1)
        .apply(c, x.layout, 0, target.size(), x.buffers(), gradient.data());
  }
  for (std::size_t i = 0; i < target.size(); ++i) BOOST_TEST_REQUIRE(std::abs(x.parameters[i] - target[i]) < 1e-3f);
}

BOOST_AUTO_TEST_SUITE_END()
