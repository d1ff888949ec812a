// Gradients that follow from the formulas equal central differences of the loss, in double: of every learned parameter
// of every registered encoding, and of queries, keys and values. Two made-up encodings use the hooks that no shipped
// one does.
#include <boost/test/unit_test.hpp>

#include "core/attention/encoding_of.hpp"
#include "core/hooks/sound_encoding.hpp"
#include "tests/mixers/problem.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

// A temperature that grows with the logarithm of the distance, learned per head: it multiplies logits.
struct distance_temperature : encoding_defaults {
  template <class S>
  struct parameters {
    S rate, shift;
  };
  static constexpr hook hooks = hook::score;
  static constexpr card about{"distance temperature", "e (1 + rate ln(1 + n)) + shift tanh(e)", "made up"};
  static constexpr property claims = property::shift_invariant | property::relative;
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{per_head("rate", uniform(0, 1)), per_head("shift", uniform(-1, 1))};
  }
  template <class S>
  constexpr S score(const parameters<S>& p, head, distance n, S raw) const {
    using math::log, math::tanh;
    return raw * (S(1) + p.rate * log(S(1 + n.value))) + p.shift * tanh(raw);
  }
};
static_assert(sound_encoding<distance_temperature, float>());

// The same beside a bias: both hooks share a head's parameters.
struct tempered_bias : encoding_defaults {
  template <class S>
  struct parameters {
    S rate, slope;
  };
  static constexpr hook hooks = hook::score | hook::bias;
  static constexpr card about{"tempered bias", "e (1 + rate ln(1 + n)) - slope n", "made up"};
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{per_head("rate", uniform(0, 1)), per_head("slope", uniform(0, 1))};
  }
  template <class S>
  constexpr S score(const parameters<S>& p, head, distance n, S raw) const {
    using math::log;
    return raw * (S(1) + p.rate * log(S(1 + n.value)));
  }
  template <class S>
  constexpr S bias(const parameters<S>& p, head, distance n) const {
    return -p.slope * S(n.value);
  }
};

// RoPE whose speed each head learns.
template <layout Pairs>
struct learned_speed : encoding_defaults {
  template <class S>
  struct parameters {
    S speed, bend;
  };
  static constexpr hook hooks = hook::angle;
  static constexpr card about{"learned speed", "pair t turns by (speed i + bend ln(1 + i)) 100^(-2t/d)", "made up"};
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{per_head("speed", uniform(0.5, 1)), shared_by_heads("bend", uniform(-1, 1))};
  }
  constexpr rotation_shape rotation(int head_width) const { return {head_width / 2 - 1, head_width - 2, Pairs}; }
  template <class S>
  constexpr S angle(const parameters<S>& p, head, plane t, position i) const {
    using math::log;
    return (p.speed * S(i.value) + p.bend * log(S(1 + i.value))) * S(math::exp(-math::log(100.0) * t.index / t.count));
  }
};

// Sinusoids with a learned amplitude and speed, added to the input.
struct learned_waves : encoding_defaults {
  template <class S>
  struct parameters {
    S amplitude, speed;
  };
  static constexpr hook hooks = hook::input;
  static constexpr card about{"learned waves", "amplitude sin(speed p / (1 + c))", "made up"};
  static constexpr bool one_for_all_layers = true;
  constexpr auto learned_parameters(const model_extents&) const {
    return std::array{shared_by_heads("amplitude", uniform(0, 1)), shared_by_heads("speed", uniform(0, 1))};
  }
  template <class S>
  constexpr S input(const parameters<S>& p, channel c, position i) const {
    using math::sin;
    return p.amplitude * sin(p.speed * S(i.value / (1 + c.index)));
  }
};

constexpr double step = 1e-5;

// The central difference of the loss when `number` moves.
template <class F>
double central_difference(real& number, F&& loss_now) {
  const real before = number;
  number = before + step;
  const double above = loss_now();
  number = before - step;
  const double below = loss_now();
  number = before;
  return (above - below) / (2 * step);
}

// At most about `sampled` numbers of each parameter, and of queries, keys and values.
void check_gradients(const encoding& e, problem p, std::size_t sampled = 97) {
  numbers parameters = trained_like(e, p.model);
  const answer a = solve(e, p, parameters);
  double size = 0;
  for (const real x : p.d_output) size += x * x;
  const double scale = std::sqrt(size);
  std::size_t at = 0;
  for (const parameter& learned : e.learned(p.model)) {
    const std::size_t count = learned.count(p.model.heads), stride = count / sampled + 1;
    double largest = 0;
    for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::abs(a.d_parameters[at + i]));
    for (std::size_t i = 0; i < count; i += stride) {
      const double expected = central_difference(parameters[at + i], [&] { return loss(e, p, parameters); });
      const double error = std::abs(a.d_parameters[at + i] - expected);
      BOOST_TEST(error <= 1e-6 * largest + 1e-9 * scale,
                 learned.name << "[" << i << "]: " << a.d_parameters[at + i] << ", not " << expected);
    }
    at += count;
  }
  for (std::size_t i = 0; i < p.packed.size(); i += p.packed.size() / sampled + 1) {
    const double expected = central_difference(p.packed[i], [&] { return loss(e, p, parameters); });
    BOOST_TEST(std::abs(a.d_packed[i] - expected) <= 1e-6 * std::abs(expected) + 1e-8,
               "packed[" << i << "]: " << a.d_packed[i] << ", not " << expected);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gradients)

BOOST_AUTO_TEST_CASE(every_registered_encoding) {
  for (const registered_encoding& known : registered_encodings())
    if (!asks_for_signals(*known.make()))
      BOOST_TEST_CONTEXT(known.name) check_gradients(*known.make(), problem(2, 13, 2, 6));
}
// Over several tiles of queries and blocks of keys, for those whose gradients are gathered from tiles.
BOOST_AUTO_TEST_CASE(long_rows) {
  for (const char* name :
       {"rope", "t5_bias", "fire", "shaw", "transformer_xl", "forgetting", "kerple_log", "cpb", "pope", "grape_key"})
    BOOST_TEST_CONTEXT(name) check_gradients(*made(name), problem(1, 150, 2, 4), 19);
}
BOOST_AUTO_TEST_CASE(other_branches) {
  check_gradients(*made("fire", {{"initial_length", std::int64_t{4}}, {"counting", std::string("one_based")}}),
                  problem(1, 13, 2, 6));
  check_gradients(*made("cope", {{"positions", std::int64_t{3}}, {"per_head", true}}), problem(1, 13, 2, 6));
  check_gradients(*made("cope", {{"positions", std::int64_t{3}}}), problem(1, 150, 2, 6), 19);  // most keys not counted
  check_gradients(*made("shaw", {{"use_values", false}}), problem(1, 20, 2, 6));
}
BOOST_AUTO_TEST_CASE(hooks_that_no_shipped_encoding_uses) {
  BOOST_TEST_CONTEXT("score")
  check_gradients(encoding_of<distance_temperature>("distance_temperature"), problem(2, 150, 2, 6), 19);
  BOOST_TEST_CONTEXT("score and bias")
  check_gradients(encoding_of<tempered_bias>("tempered_bias"), problem(2, 13, 2, 6));
  BOOST_TEST_CONTEXT("angle")
  check_gradients(encoding_of<learned_speed<layout::interleaved>>("learned_speed"), problem(2, 70, 2, 6));
  BOOST_TEST_CONTEXT("angle, halves")
  check_gradients(encoding_of<learned_speed<layout::half_split>>("learned_speed"), problem(2, 13, 2, 6));
  BOOST_TEST_CONTEXT("input") check_gradients(encoding_of<learned_waves>("learned_waves"), problem(2, 13, 2, 6));
}
// Below its minimum a parameter is used at the minimum, and the gradient is the one there.
BOOST_AUTO_TEST_CASE(projected_parameters_keep_the_gradient_at_the_projected_value) {
  const problem p(1, 13, 2, 6);
  const auto e = made("kerple_log", {{"minimum", 0.5}});
  const numbers below{0.1, 0.2, -1, 0.3}, at_minimum{0.5, 0.5, 0.5, 0.5};
  const answer a = solve(*e, p, below), b = solve(*e, p, at_minimum);
  BOOST_TEST((a.output == b.output));
  BOOST_TEST((a.d_parameters == b.d_parameters));
  BOOST_TEST(std::abs(a.d_parameters[0]) > 1e-6);
}

BOOST_AUTO_TEST_SUITE_END()
