// Memory is listed once: values, gradients and both moments are buffers of this one layout of named slices.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/attention/encoding.hpp"
#include "core/model/model_config.hpp"

namespace lengthwise {

struct parameter_slice {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t offset, count;
  bool decays;    // weight matrices and embeddings do, norms and biases do not; an encoding's parameters say it of
                  // themselves
  bool gathered;  // its gradient is gathered from many places, so it starts from 0: all but matrices that one product
                  // serves
  distribution initial;
};

// One layer's weights (T is const real) or their gradients (real).
template <class T>
struct layer_weights {
  T *norm1_gain, *norm1_bias;  // [width]; biases are null for rms
  T* packed;                   // [width, 3 width]: queries, keys, values; head h is columns h d ..
  T* output;                   // [width, width]
  T *norm2_gain, *norm2_bias;
  T *up, *gate;  // [width, feed_forward]; gate only for swiglu
  T* down;       // [feed_forward, width]
  T* encoding;   // the encoding's, in its order; null where it has none
};
template <class T>
struct model_weights {
  T* embedding;  // [256, width]
  T *norm_gain, *norm_bias;
  T* head;  // [width, 256]; null where the embedding serves
};

class parameter_layout {
 public:
  parameter_layout(const model_config&, const encoding&, int train_length);

  const std::vector<parameter_slice>& slices() const { return all; }
  std::size_t count() const { return total; }
  // Whether every layer has its own encoding parameters (and so its own tables).
  bool encoding_per_layer() const { return own_encodings; }

  template <class T>
  layer_weights<T> layer(T* buffer, int index) const;
  template <class T>
  model_weights<T> outside(T* buffer) const;

 private:
  enum gradient_kind { gathered, one_product };
  std::size_t add(std::string name, std::vector<std::int64_t> shape, gradient_kind, bool decays, distribution initial);
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

  std::vector<parameter_slice> all;
  std::size_t total = 0;
  bool own_encodings = false;
  struct layer_offsets {
    std::size_t norm1_gain, norm1_bias, packed, output, norm2_gain, norm2_bias, up, gate, down, encoding;
  };
  std::vector<layer_offsets> layers;
  std::size_t embedding, norm_gain, norm_bias, head;
};

template <class T>
layer_weights<T> parameter_layout::layer(T* buffer, int index) const {
  const layer_offsets& o = layers[static_cast<std::size_t>(index)];
  const auto at = [&](std::size_t offset) { return offset == nowhere ? nullptr : buffer + offset; };
  return {at(o.norm1_gain), at(o.norm1_bias), at(o.packed), at(o.output), at(o.norm2_gain),
          at(o.norm2_bias), at(o.up),         at(o.gate),   at(o.down),   at(o.encoding)};
}
template <class T>
model_weights<T> parameter_layout::outside(T* buffer) const {
  const auto at = [&](std::size_t offset) { return offset == nowhere ? nullptr : buffer + offset; };
  return {at(embedding), at(norm_gain), at(norm_bias), at(head)};
}

}  // namespace lengthwise
