#include "core/model/parameter_layout.hpp"

#include "core/hooks/parameter_shape.hpp"

namespace lengthwise {

std::size_t parameter_layout::add(std::string name, std::vector<std::int64_t> shape, gradient_kind gradient,
                                  bool decays, distribution initial) {
  std::size_t count = 1;
  for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
  all.push_back({std::move(name), std::move(shape), total, count, decays, gradient == gathered, initial});
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
  const double share = 1 / math::sqrt(2.0 * c.layers);
  const std::vector<parameter> learned = e.learned(extents);
  own_encodings = !learned.empty() && !e.one_for_all_layers();
  const auto add_encoding = [&](const std::string& prefix) {
    const std::size_t first = total;
    for (const parameter& p : learned)
      add(prefix + "encoding." + std::string(p.name), shape_of(p, c.heads), gathered, p.decays, p.initial);
    return learned.empty() ? nowhere : first;
  };

  embedding = add("embedding", {vocabulary_size, width}, gathered, true, fan(static_cast<double>(width), 1));
  const std::size_t one_encoding = own_encodings ? nowhere : add_encoding("");
  for (int i = 0; i < c.layers; ++i) {
    const std::string name = "layers." + std::to_string(i) + ".";
    layer_offsets o{};
    o.norm1_gain = add(name + "norm1.gain", {width}, gathered, false, constant(1));
    o.norm1_bias = biases ? add(name + "norm1.bias", {width}, gathered, false, constant(0)) : nowhere;
    o.packed = add(name + "attention.qkv", {width, 3 * width}, one_product, true, fan(static_cast<double>(width), 1));
    o.output =
        add(name + "attention.output", {width, width}, one_product, true, fan(static_cast<double>(width), share));
    o.encoding = own_encodings ? add_encoding(name) : one_encoding;
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
}

}  // namespace lengthwise
