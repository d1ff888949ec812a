// Every gradient of the whole model against central differences in double, for every encoding: both norms, both
// activations, tied and untied embeddings.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "core/attention/registry.hpp"
#include "core/math/random.hpp"
#include "core/model/transformer.hpp"

using namespace lengthwise;

namespace {

struct problem {
  static constexpr int time = 13, sequences = 2;
  transformer model;
  std::vector<token_id> inputs, targets;
  activations memory;

  problem(const model_config& c, std::shared_ptr<const encoding> e)
      : model(c, e, time),
        inputs(time * sequences),
        targets(time * sequences),
        memory(c, model.make_tables(time), sequences, pass::training) {
    model.draw_parameters(7);
    const random_source draw{3, random_stream::conformance};
    for (std::size_t i = 0; i < inputs.size(); ++i)
      inputs[i] = static_cast<token_id>(draw.below(256, 2 * i)),
      targets[i] = static_cast<token_id>(draw.below(256, 2 * i + 1));
    // Away from the special points that parameters start at (zeros, ones), so that no gradient vanishes by symmetry.
    for (std::size_t i = 0; i < model.layout().count(); ++i) model.parameters()[i] += 0.05 * draw.normal(1000 + i);
  }
  double loss() {
    position_tables tables = model.make_tables(time);
    model.forward(inputs.data(), targets.data(), tables, memory);
    double sum = 0;
    for (int i = 0; i < time * sequences; ++i) sum += memory.losses[i];
    return sum;
  }
  std::vector<double> gradient() {
    position_tables tables = model.make_tables(time);
    std::vector<double> d(model.layout().count()), d_tables(tables.sets.size() * tables.sets.front().gradient_count());
    model.forward_backward(inputs.data(), targets.data(), tables, memory, 1, d.data(), d_tables.data());
    for (std::size_t set = 0; set < tables.sets.size(); ++set)
      model.collect(tables, static_cast<int>(set), d_tables.data() + set * tables.sets.front().gradient_count(),
                    d.data());
    return d;
  }
};

void check(const model_config& c, std::string_view name) {
  problem x(c, make_encoding(name));
  const std::vector<double> gradient = x.gradient();
  const random_source draw{11, random_stream::conformance};
  for (const parameter_slice& slice : x.model.layout().slices()) {
    double difference = 0, size = 0;
    for (std::size_t n = 0; n < std::min<std::size_t>(slice.count, 12); ++n) {  // a dozen numbers of every slice
      const std::size_t at = slice.offset + (slice.count <= 12 ? n : draw.below(slice.count, n));
      double& parameter = x.model.parameters()[at];
      const double kept = parameter, step = 1e-4;
      // Fourth order, so that the step need not be small.
      const auto loss_at = [&](double shift) { return parameter = kept + shift, x.loss(); };
      const double slope =
          (8 * (loss_at(step) - loss_at(-step)) - (loss_at(2 * step) - loss_at(-2 * step))) / (12 * step);
      parameter = kept;
      difference += (slope - gradient[at]) * (slope - gradient[at]), size += slope * slope;
    }
    // A softmax sees no constant: such gradients (the last bias of fire) are 0 but for the rounding of the differences.
    BOOST_TEST(std::sqrt(difference) <= 1e-6 * std::max(std::sqrt(size), 1e-3),
               name << " " << slice.name << ": " << std::sqrt(difference) << " of " << std::sqrt(size));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gradient)

BOOST_AUTO_TEST_CASE(of_every_encoding) {
  for (const registered_encoding& entry : registered_encodings())
    check({.layers = 2, .width = 8, .heads = 2, .feed_forward = 12}, entry.name);
}
BOOST_AUTO_TEST_CASE(of_every_kind_of_layer) {
  check({.layers = 2,
         .width = 8,
         .heads = 2,
         .feed_forward = 12,
         .norm = norm_kind::rms,
         .activation = activation_kind::swiglu,
         .tied_embeddings = true},
        "rope");
  check({.layers = 1, .width = 12, .heads = 3, .feed_forward = 7, .norm = norm_kind::rms}, "sinusoidal");
  check({.layers = 1, .width = 12, .heads = 3, .feed_forward = 7, .activation = activation_kind::swiglu}, "forgetting");
}

BOOST_AUTO_TEST_SUITE_END()
