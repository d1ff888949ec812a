// The whole model's losses against the plain oracle, in double, over windows longer than a block of keys.
#include <boost/test/unit_test.hpp>

#include "core/attention/registry.hpp"
#include "core/math/random.hpp"
#include "tests/model/oracle.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

array2 sinusoids(std::size_t time, std::size_t width) {
  array2 table = zeros(time, width);
  for (std::size_t p = 0; p < time; ++p)
    for (std::size_t t = 0; t < width / 2; ++t) {
      const double angle =
          static_cast<double>(p) / std::pow(10000.0, 2.0 * static_cast<double>(t) / static_cast<double>(width));
      table(p, 2 * t) = std::sin(angle), table(p, 2 * t + 1) = std::cos(angle);
    }
  return table;
}
// Pairs (first, first + gap) of `planes` planes turn.
array2 turned(const array2& x, std::size_t planes, std::size_t step, std::size_t gap) {
  array2 y = x;
  for (std::size_t i = 0; i < x.shape(0); ++i)
    for (std::size_t t = 0; t < planes; ++t) {
      const double angle =
          static_cast<double>(i) * std::pow(10000.0, -static_cast<double>(t) / static_cast<double>(planes));
      const std::size_t a = step * t, b = a + gap;
      y(i, a) = x(i, a) * std::cos(angle) - x(i, b) * std::sin(angle);
      y(i, b) = x(i, a) * std::sin(angle) + x(i, b) * std::cos(angle);
    }
  return y;
}
array2 interleaved(const array2& x) { return turned(x, x.shape(1) / 2, 2, 1); }
array2 half_split(const array2& x) { return turned(x, x.shape(1) / 2, 1, x.shape(1) / 2); }
array2 half_of_the_channels(const array2& x) { return turned(x, x.shape(1) / 4, 2, 1); }
double alibi_for_powers_of_two(std::size_t h, std::size_t heads, double n) {
  return -n * std::pow(2.0, -8.0 * static_cast<double>(h + 1) / static_cast<double>(heads));
}
// The published slopes for 6 heads: those of 4 heads, then every other one of 8.
double alibi_for_six(std::size_t h, std::size_t, double n) {
  constexpr double slopes[] = {0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125};
  return -n * slopes[h];
}

void check(const model_config& c, std::shared_ptr<const encoding> e, const position_rule& rule, int time = 150) {
  constexpr int sequences = 2;
  transformer model(c, e, time);
  model.draw_parameters(5);
  const random_source draw{17, random_stream::conformance};
  for (std::size_t i = 0; i < model.layout().count(); ++i) model.parameters()[i] += 0.1 * draw.normal(i);  // norms too
  std::vector<token_id> inputs(static_cast<std::size_t>(sequences * time)), targets(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i)
    inputs[i] = static_cast<token_id>(draw.below(256, 2 * i)),
    targets[i] = static_cast<token_id>(draw.below(256, 2 * i + 1));
  for (const pass kind : {pass::evaluation, pass::training}) {
    const position_tables tables = model.make_tables(time);
    activations memory(c, tables, sequences, kind);
    model.forward(inputs.data(), targets.data(), tables, memory);
    for (int s = 0; s < sequences; ++s) {
      const std::vector<double> right =
          oracle(model, rule)
              .losses(inputs.data() + s * time, targets.data() + s * time, static_cast<std::size_t>(time));
      for (int i = 0; i < time; ++i)
        BOOST_TEST_REQUIRE(std::abs(memory.losses[s * time + i] - right[static_cast<std::size_t>(i)]) < 1e-10,
                           e->name() << ", window " << s << ", token " << i);
    }
  }
}
std::shared_ptr<encoding> with(std::string_view name, std::string_view key = "", const config_value& value = false) {
  std::shared_ptr<encoding> e = make_encoding(name);
  bool known = true;
  if (!key.empty()) BOOST_TEST_REQUIRE(e->assign(key, value, known) == "");
  BOOST_TEST_REQUIRE(known);
  return e;
}

const model_config small{.layers = 2, .width = 16, .heads = 4, .feed_forward = 20};

}  // namespace

BOOST_AUTO_TEST_SUITE(forward_pass)

BOOST_AUTO_TEST_CASE(without_positions) { check(small, with("none"), {}); }
BOOST_AUTO_TEST_CASE(with_learned_positions) { check(small, with("learned"), {}); }
BOOST_AUTO_TEST_CASE(with_sinusoids) {
  check(small, with("sinusoidal"), {.scaled_embedding = true, .input = sinusoids});
}
BOOST_AUTO_TEST_CASE(with_rotations) {
  check(small, with("rope"), {.turn = interleaved});
  check(small, with("rope", "layout", std::string("half_split")), {.turn = half_split});
  check(small, with("rope", "fraction", 0.5), {.turn = half_of_the_channels});
}
BOOST_AUTO_TEST_CASE(with_linear_biases) {
  check(small, with("alibi"), {.bias = alibi_for_powers_of_two});
  model_config six = small;
  six.width = 24, six.heads = 6;
  check(six, with("alibi"), {.bias = alibi_for_six});
}
BOOST_AUTO_TEST_CASE(with_every_kind_of_layer) {
  for (const norm_kind norm : {norm_kind::layer, norm_kind::rms})
    for (const activation_kind activation : {activation_kind::gelu, activation_kind::swiglu})
      for (const bool tied : {false, true}) {
        model_config c = small;
        c.norm = norm, c.activation = activation, c.tied_embeddings = tied;
        check(c, with("rope"), {.turn = interleaved}, 20);
      }
}
BOOST_AUTO_TEST_CASE(with_extents_that_fit_no_vector) {
  check({.layers = 3, .width = 10, .heads = 1, .feed_forward = 3}, with("none"), {}, 65);
  check({.layers = 1, .width = 6, .heads = 3, .feed_forward = 1}, with("rope"), {.turn = interleaved}, 2);
}

BOOST_AUTO_TEST_SUITE_END()
