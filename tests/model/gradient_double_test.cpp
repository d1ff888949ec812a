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
    std::vector<double> d(model.layout().count()), d_tables(tables.gradient_count());
    model.forward_backward(inputs.data(), targets.data(), tables, memory, 1, d.data(), d_tables.data());
    for (int set = 0; set < model.layout().set_count(); ++set)
      model.collect(tables, set, d_tables.data() + tables.gradient_begin(set), d.data());
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
      // Smaller where units with a kink see every pair.
      const double kept = parameter, step = name.find("dape") == name.npos ? 1e-4 : 1e-6;
      // Fourth order, so that the step need not be small.
      const auto loss_at = [&](double shift) { return parameter = kept + shift, x.loss(); };
      const double slope =
          (8 * (loss_at(step) - loss_at(-step)) - (loss_at(2 * step) - loss_at(-2 * step))) / (12 * step);
      parameter = kept;
      difference += (slope - gradient[at]) * (slope - gradient[at]), size += slope * slope;
    }
    // A softmax sees no constant: such gradients (the last bias of fire) are 0 but for the rounding of the differences.
    BOOST_TEST(
        std::sqrt(difference) <= (name.find("dape") == name.npos ? 1e-6 : 1e-4) * std::max(std::sqrt(size), 1e-3),
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
  check({.layers = 2,
         .width = 12,
         .heads = 3,
         .feed_forward = 7,
         .activation = activation_kind::relu2,
         .residual_init = residual_start::zero},
        "alibi");
}
BOOST_AUTO_TEST_CASE(of_normed_queries_and_keys) {
  for (const char* encoding : {"none", "rope", "p_rope", "xpos", "t5_bias", "shaw", "cope", "transformer_xl"})
    check({.layers = 1,
           .width = 16,
           .heads = 2,
           .feed_forward = 8,
           .attention = {.query_key_norm = true, .query_key_gain = 1.2}},
          encoding);
}

// What a layer learns beside its encoding, encodings that act together, and layers that are not alike: parameters that
// all layers share, or two sets of tables.
BOOST_AUTO_TEST_CASE(of_choices_and_of_several_encodings) {
  const model_config small{.layers = 3, .width = 8, .heads = 2, .feed_forward = 8};
  const auto choosing = [&](attention_config choices) {
    model_config c = small;
    c.attention = choices;
    return c;
  };
  for (const char* names : {"rope+kerple_log", "t5_bias+forgetting", "rope+kerple_power+bam", "rope,none,kerple_log",
                            "t5_bias,rope+t5_bias", "forgetting,none"})
    check(small, names);
  check(choosing({.windows = {3, 0},
                  .scale = {row_scale::ssmax, row_scale::logn},
                  .scale_bias = true,
                  .sink = sink_kind::learned}),
        "t5_bias");
  check(choosing({.head_windows = {2, 0},
                  .chunks = {4},
                  .scale = {row_scale::ssmax},
                  .scales_bias = true,
                  .sink = sink_kind::one}),
        "alibi,rope");
  check(choosing({.scale = {row_scale::ssmax}}), "cope");
  check(choosing({.kind = mixer_kind::linear}), "rope");
  check(choosing({.kind = mixer_kind::linear, .linear_epsilon = 0.1}), "sinusoidal");
  check(choosing({.kind = mixer_kind::stick_breaking, .windows = {5}, .scale = {row_scale::ssmax}}), "rope+kerple_log");
  check(choosing({.kind = mixer_kind::stick_breaking, .attend_current = true, .remainder = remainder_kind::value}),
        "shaw");
}

BOOST_AUTO_TEST_SUITE_END()
