// The compiler trains a transformer. Its losses fall, and the library, from the same parameters on the same text,
// computes the same losses and parameters but for rounding.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "core/attention/registry.hpp"
#include "core/encodings/rope.hpp"
#include "core/model/transformer.hpp"
#include "core/training/adamw.hpp"
#include "tests/model/definition.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

using defined = definition<encodings::rope>;
constexpr unsigned char text[defined::time + 1] = {'l', 'o', 'n', 'g', 'l'};
constexpr double rate = 0.02;
constexpr train_config settings{};

constexpr defined::state at_start = [] {
  defined::state s;
  for (int i = 0; i < defined::count; ++i) s.parameters[static_cast<std::size_t>(i)] = ((i * 37 + 11) % 61 - 30) / 64.0;
  for (const int gain : {defined::norm1, defined::norm2, defined::last_norm})
    for (int c = 0; c < defined::width; ++c) s.parameters[static_cast<std::size_t>(gain + c)] = 1;
  return s;
}();
// Each step is a constant of its own, so that it is evaluated within the compilers' limits.
template <int Step>
constexpr defined::state after = defined::trained(after<Step - 1>, text, settings, rate);
template <>
constexpr defined::state after<0> = at_start;

constexpr int steps = 4;
static_assert(after<2>.loss < after<1>.loss);
static_assert(after<steps>.loss < after<1>.loss - 1);

}  // namespace

BOOST_AUTO_TEST_CASE(the_compiler_trains_as_the_library_does) {
  model_config c{.layers = 1, .width = defined::width, .heads = defined::heads, .feed_forward = defined::inside};
  transformer model(c, make_encoding("rope"), defined::time);
  BOOST_TEST_REQUIRE(model.layout().count() == static_cast<std::size_t>(defined::count));
  for (const parameter_slice& s : model.layout().slices())
    BOOST_TEST(s.decays == defined::decays(static_cast<int>(s.offset)), s.name);
  std::copy(at_start.parameters.begin(), at_start.parameters.end(), model.parameters());
  std::vector<token_id> inputs(text, text + defined::time), targets(text + 1, text + defined::time + 1);
  std::vector<real> gradient(model.layout().count()), first(gradient.size()), second(gradient.size()), none(1);
  const position_tables tables = model.make_tables(defined::time);
  activations memory(c, tables, 1, pass::training);
  const defined::state* const compiled[] = {&after<1>, &after<2>, &after<3>, &after<4>};
  for (int step = 1; step <= steps; ++step) {
    model.forward_backward(inputs.data(), targets.data(), tables, memory, 1.0 / defined::time, gradient.data(),
                           none.data());
    double loss = 0, squares = 0;
    for (int i = 0; i < defined::time; ++i) loss += memory.losses[i] / defined::time;
    for (const real g : gradient) squares += g * g;
    const double norm = std::sqrt(squares);
    adamw_step(settings, step, rate, norm > settings.clip ? settings.clip / norm : 1)
        .apply(settings, model.layout(), 0, gradient.size(), {model.parameters(), first.data(), second.data()},
               gradient.data());
    const defined::state& right = *compiled[step - 1];
    BOOST_TEST(std::abs(loss - right.loss) < 1e-13, "step " << step << ": " << loss << ", not " << right.loss);
    double largest = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i)
      largest = std::max(largest, std::abs(model.parameters()[i] - right.parameters[i]));
    BOOST_TEST(largest < 1e-11, "step " << step << ": parameters differ by " << largest);
  }
}
