#include "core/model/parameter_layout.hpp"

#include <algorithm>
#include <span>

#include "core/attention/learned_choices.hpp"
#include "core/hooks/parameter_shape.hpp"

namespace lengthwise {
namespace {

// Calls f(part, what it learns in a layer, under the names that the layer's encoding gives them).
template <class F>
void for_each_part(const encoding& of_layer, const model_extents& x, F&& f) {
  const std::vector<parameter> all = of_layer.learned(x);
  std::span<const parameter> rest = all;
  for (int k = 0; k < of_layer.part_count(); ++k) {
    const std::size_t own = of_layer.part(k).learned(x).size();
    f(of_layer.part(k), rest.first(own));
    rest = rest.subspan(own);
  }
}

}  // namespace

std::size_t parameter_layout::add(std::string name, std::vector<std::int64_t> shape, gradient_kind gradient,
                                  bool decays, distribution initial) {
  std::size_t count = 1;
  for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
  const bool of_layer = gradient == one_product && name.starts_with("layers.");
  all.push_back({.name = std::move(name),
                 .shape = std::move(shape),
                 .offset = total,
                 .count = count,
                 .decays = decays,
                 .gathered = gradient == gathered,
                 .matrix_of_layer = of_layer,
                 .of_attention = false,
                 .initial = initial});
  total += count;
  return total - count;
}

parameter_layout::parameter_layout(const model_config& c, const encoding& e, int train_length) {
  const model_extents extents = c.extents(train_length);
  const std::int64_t width = c.width, hidden_width = c.feed_forward;
  const bool biases = c.norm == norm_kind::layer;
  // Variance is kept by 1/fan-in; what returns to the residual stream is smaller by the root of the number of returns
  // (Radford et al., 2019).
  const auto fan = [](double inputs, double share) { return normal(0, share / math::sqrt(inputs)); };
  const double share = c.residual_init == residual_start::zero ? 0 : 1 / math::sqrt(2.0 * c.layers);
  const auto add_block = [&](const std::string& prefix, std::span<const parameter> learned) {
    const std::size_t first = learned.empty() ? 0 : total;
    for (const parameter& p : learned)
      add(prefix + std::string(p.name), shape_of(p, c.heads), gathered, p.decays, p.initial),
          all.back().of_attention = true;
    return first;
  };
  std::map<const encoding*, std::size_t> for_all_layers;

  embedding = add("embedding", {vocabulary_size, width}, gathered, true, fan(static_cast<double>(width), 1));
  for (int i = 0; i < c.layers; ++i)
    for_each_part(e.of_layer(i), extents, [&](const encoding& part, std::span<const parameter> learned) {
      if (part.one_for_all_layers() && !for_all_layers.contains(&part))
        for_all_layers[&part] = add_block("encoding.", learned);
    });
  for (int i = 0; i < c.layers; ++i) {
    const std::string name = "layers." + std::to_string(i) + ".";
    layer_offsets o{};
    o.norm1_gain = add(name + "norm1.gain", {width}, gathered, false, constant(1));
    o.norm1_bias = biases ? add(name + "norm1.bias", {width}, gathered, false, constant(0)) : nowhere;
    o.packed = add(name + "attention.qkv", {width, 3 * width}, one_product, true, fan(static_cast<double>(width), 1));
    o.output =
        add(name + "attention.output", {width, width}, one_product, true, fan(static_cast<double>(width), share));
    for_each_part(e.of_layer(i), extents, [&](const encoding& part, std::span<const parameter> learned) {
      o.attention.push_back(part.one_for_all_layers() ? for_all_layers[&part] : add_block(name + "encoding.", learned));
    });
    for (const std::vector<parameter>& learned : learned_choices(c.attention.of_layer(i)))
      o.attention.push_back(add_block(name + "attention.", learned));
    o.norm2_gain = add(name + "norm2.gain", {width}, gathered, false, constant(1));
    o.norm2_bias = biases ? add(name + "norm2.bias", {width}, gathered, false, constant(0)) : nowhere;
    o.up = add(name + "feed_forward.up", {width, hidden_width}, one_product, true, fan(static_cast<double>(width), 1));
    o.gate = c.activation == activation_kind::swiglu ? add(name + "feed_forward.gate", {width, hidden_width},
                                                           one_product, true, fan(static_cast<double>(width), 1))
                                                     : nowhere;
    o.down = add(name + "feed_forward.down", {hidden_width, width}, one_product, true,
                 fan(static_cast<double>(hidden_width), share));
    layers.push_back(o);
  }
  norm_gain = add("norm.gain", {width}, gathered, false, constant(1));
  norm_bias = biases ? add("norm.bias", {width}, gathered, false, constant(0)) : nowhere;
  head = c.tied_embeddings
             ? nowhere
             : add("head", {width, vocabulary_size}, one_product, true, fan(static_cast<double>(width), 1));
  share_sets(c, e);
}

void parameter_layout::share_sets(const model_config& c, const encoding& e) {
  for (int i = 0; i < c.layers; ++i) {
    const auto like = [&](int other) {
      return &e.of_layer(other) == &e.of_layer(i) && c.attention.of_layer(other) == c.attention.of_layer(i) &&
             layers[static_cast<std::size_t>(other)].attention == layers[static_cast<std::size_t>(i)].attention;
    };
    const auto found = std::ranges::find_if(first_of_set, like);
    sets.push_back(static_cast<int>(found - first_of_set.begin()));
    if (found == first_of_set.end()) first_of_set.push_back(i);
  }
  std::map<std::size_t, int> served;
  for (const int layer : first_of_set)
    for (const std::size_t begin : layers[static_cast<std::size_t>(layer)].attention)
      common = (begin != 0 && ++served[begin] > 1) || common;
}

}  // namespace lengthwise
