// Names, shapes, order and decay of every parameter: what checkpoints and other programs rely on.
#include "core/model/parameter_layout.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "core/attention/registry.hpp"

using namespace lengthwise;

namespace {

struct expected_slice {
  std::string name;
  std::vector<std::int64_t> shape;
  bool decays;
};

void check(const model_config& c, std::string_view name, const std::vector<expected_slice>& expected) {
  const parameter_layout layout(c, *make_encoding(name), 32);
  BOOST_TEST_REQUIRE(layout.slices().size() == expected.size());
  std::size_t offset = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const parameter_slice& slice = layout.slices()[i];
    BOOST_TEST(slice.name == expected[i].name);
    BOOST_TEST(slice.shape == expected[i].shape, boost::test_tools::per_element());
    BOOST_TEST(slice.decays == expected[i].decays, slice.name);
    BOOST_TEST(slice.offset == offset, slice.name);  // one after the other, without gaps
    std::size_t count = 1;
    for (const std::int64_t extent : slice.shape) count *= static_cast<std::size_t>(extent);
    BOOST_TEST(slice.count == count);
    offset += count;
  }
  BOOST_TEST(layout.count() == offset);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layout_of_parameters)

BOOST_AUTO_TEST_CASE(of_a_model_with_parameters_in_every_layer) {
  check({.layers = 1, .width = 8, .heads = 2, .feed_forward = 12}, "kerple_log",
        {{"embedding", {256, 8}, true},
         {"layers.0.norm1.gain", {8}, false},
         {"layers.0.norm1.bias", {8}, false},
         {"layers.0.attention.qkv", {8, 24}, true},
         {"layers.0.attention.output", {8, 8}, true},
         {"layers.0.encoding.r1", {2}, false},
         {"layers.0.encoding.r2", {2}, false},
         {"layers.0.norm2.gain", {8}, false},
         {"layers.0.norm2.bias", {8}, false},
         {"layers.0.feed_forward.up", {8, 12}, true},
         {"layers.0.feed_forward.down", {12, 8}, true},
         {"norm.gain", {8}, false},
         {"norm.bias", {8}, false},
         {"head", {8, 256}, true}});
}
BOOST_AUTO_TEST_CASE(of_a_tied_gated_model_with_one_table_for_all_layers) {
  check({.layers = 1,
         .width = 8,
         .heads = 2,
         .feed_forward = 12,
         .norm = norm_kind::rms,
         .activation = activation_kind::swiglu,
         .tied_embeddings = true},
        "learned",
        {{"embedding", {256, 8}, true},
         {"encoding.table", {32, 8}, false},
         {"layers.0.norm1.gain", {8}, false},
         {"layers.0.attention.qkv", {8, 24}, true},
         {"layers.0.attention.output", {8, 8}, true},
         {"layers.0.norm2.gain", {8}, false},
         {"layers.0.feed_forward.up", {8, 12}, true},
         {"layers.0.feed_forward.gate", {8, 12}, true},
         {"layers.0.feed_forward.down", {12, 8}, true},
         {"norm.gain", {8}, false}});
}
BOOST_AUTO_TEST_CASE(decay_acts_on_matrices_and_leaves_norms_and_tables_of_positions_alone) {
  for (const registered_encoding& entry : registered_encodings()) {
    const parameter_layout layout({.layers = 3, .width = 8, .heads = 2, .feed_forward = 12}, *entry.make(), 32);
    std::set<std::string> names;
    for (const parameter_slice& slice : layout.slices()) {
      BOOST_TEST(names.insert(slice.name).second, slice.name << " is there twice");
      // Of the encodings' own, those that activations are multiplied with.
      const bool matrix = slice.name.ends_with("encoding.projection") || slice.name.ends_with("encoding.weight") ||
                          slice.name.ends_with("encoding.down") || slice.name.ends_with("encoding.up") ||
                          slice.name.ends_with("encoding.strength_weight");
      const bool spared = slice.name.find("norm") != std::string::npos ||
                          (slice.name.find("encoding.") != std::string::npos && !matrix);
      BOOST_TEST(slice.decays == !spared, slice.name);
    }
  }
}
BOOST_AUTO_TEST_CASE(weights_are_found_where_their_slices_are) {
  const model_config c{.layers = 2,
                       .width = 8,
                       .heads = 2,
                       .feed_forward = 12,
                       .norm = norm_kind::rms,
                       .activation = activation_kind::swiglu};
  const parameter_layout layout(c, *make_encoding("kerple_log"), 32);
  std::vector<real> memory(layout.count());
  const auto at = [&](const std::string& name) {
    for (const parameter_slice& slice : layout.slices())
      if (slice.name == name) return memory.data() + slice.offset;
    return static_cast<real*>(nullptr);
  };
  for (int i = 0; i < 2; ++i) {
    const layer_weights<real> w = layout.layer(memory.data(), i);
    const std::string name = "layers." + std::to_string(i) + ".";
    BOOST_TEST((w.norm1_gain == at(name + "norm1.gain") && w.norm1_bias == nullptr &&
                w.packed == at(name + "attention.qkv") && w.output == at(name + "attention.output") &&
                w.norm2_gain == at(name + "norm2.gain") && w.norm2_bias == nullptr &&
                w.up == at(name + "feed_forward.up") && w.gate == at(name + "feed_forward.gate") &&
                w.down == at(name + "feed_forward.down") && w.attention[0] == at(name + "encoding.r1")));
  }
  const model_weights<real> w = layout.outside(memory.data());
  BOOST_TEST((w.embedding == at("embedding") && w.norm_gain == at("norm.gain") && w.norm_bias == nullptr &&
              w.head == at("head")));
}

BOOST_AUTO_TEST_SUITE_END()
