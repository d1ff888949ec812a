// A model's first parameters: drawn from the declared distributions, and each slice from numbers of its own.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "core/attention/registry.hpp"
#include "core/model/transformer.hpp"

using namespace lengthwise;

namespace {

transformer drawn(std::string_view encoding, std::uint64_t seed) {
  transformer model({.layers = 2, .width = 48, .heads = 4, .feed_forward = 96}, make_encoding(encoding), 32);
  model.draw_parameters(seed);
  return model;
}

struct moments {
  double mean = 0, deviation = 0, least = 1e300, most = -1e300;

  explicit moments(std::span<const real> values) {
    for (const real x : values) {
      const auto v = static_cast<double>(x);
      mean += v / static_cast<double>(values.size());
      least = std::min(least, v), most = std::max(most, v);
    }
    for (const real x : values) deviation += std::pow(static_cast<double>(x) - mean, 2);
    deviation = std::sqrt(deviation / static_cast<double>(values.size()));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(initial_values)

BOOST_AUTO_TEST_CASE(are_of_the_declared_distributions) {
  for (const std::string_view encoding : {"fire", "transformer_xl", "kerple_log", "bam"}) {
    const transformer model = drawn(encoding, 3);
    for (const parameter_slice& slice : model.layout().slices()) BOOST_TEST_CONTEXT(encoding << ": " << slice.name) {
        const moments found({model.parameters() + slice.offset, slice.count});
        const auto [first, second] = std::pair(slice.initial.first, slice.initial.second);
        const auto n = static_cast<double>(slice.count);
        switch (slice.initial.shape) {
          case distribution::kind::constant:
            BOOST_TEST((found.least == found.most && found.most == static_cast<double>(static_cast<real>(first))));
            break;
          case distribution::kind::uniform:
            BOOST_TEST((found.least >= first && found.most < second));
            BOOST_TEST(std::abs(found.mean - (first + second) / 2) < 4.5 * (second - first) / std::sqrt(12 * n));
            break;
          case distribution::kind::by_head:
            BOOST_TEST(model.parameters()[slice.offset + slice.count - 1] == static_cast<real>(first + second));
            BOOST_TEST(model.parameters()[slice.offset + slice.count / 2 - 1] == static_cast<real>(first + second / 2));
            break;
          case distribution::kind::normal:  // of a mean and of a deviation, 4.5 standard errors
            BOOST_TEST(std::abs(found.mean - first) < 4.5 * second / std::sqrt(n));
            BOOST_TEST(std::abs(found.deviation - second) < 4.5 * second / std::sqrt(2 * n));
        }
      }
  }
}
// 1 / sqrt(inputs), and where a product returns to the residual stream of two layers, four times, half of that.
BOOST_AUTO_TEST_CASE(keep_the_variance_of_what_flows_through) {
  const transformer model = drawn("none", 5);
  for (const parameter_slice& slice : model.layout().slices()) {
    const bool returns = slice.name.ends_with("attention.output") || slice.name.ends_with("feed_forward.down");
    const double inputs = slice.name.ends_with("feed_forward.down") ? 96 : 48;
    if (slice.shape.size() != 2) continue;
    const double right = 1 / std::sqrt(inputs) / (returns ? 2 : 1);
    const moments found({model.parameters() + slice.offset, slice.count});
    BOOST_TEST(std::abs(found.deviation / right - 1) < 4.5 / std::sqrt(2.0 * static_cast<double>(slice.count)),
               slice.name << ": " << found.deviation << ", not " << right);
  }
}
BOOST_AUTO_TEST_CASE(of_slices_and_of_seeds_have_nothing_in_common) {
  const transformer model = drawn("rope", 3), other = drawn("rope", 4);
  std::vector<std::span<const real>> drawn_alike;
  const parameter_layout& layout = model.layout();
  for (const parameter_slice& slice : layout.slices())
    if (slice.name.ends_with("attention.qkv")) {
      drawn_alike.emplace_back(model.parameters() + slice.offset, slice.count);
      drawn_alike.emplace_back(other.parameters() + slice.offset, slice.count);
    }
  BOOST_TEST_REQUIRE(drawn_alike.size() == 4u);
  for (std::size_t a = 0; a < drawn_alike.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      double product = 0;
      for (std::size_t i = 0; i < drawn_alike[a].size(); ++i)
        product += static_cast<double>(drawn_alike[a][i]) * static_cast<double>(drawn_alike[b][i]);
      const double scale = moments(drawn_alike[a]).deviation * moments(drawn_alike[b]).deviation;
      BOOST_TEST(std::abs(product / scale) < 4.5 * std::sqrt(static_cast<double>(drawn_alike[a].size())));
    }
}

BOOST_AUTO_TEST_SUITE_END()
