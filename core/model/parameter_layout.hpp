// Memory is listed once: values, gradients and both moments are buffers of this one layout of named slices.
#pragma once
#include <cstdint>
#include <map>
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
  bool matrix_of_layer;  // a weight of a layer's own: what Muon serves
  bool of_attention;     // an encoding's, or of what attention itself learns: tables may follow from it
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
  // Of each part of the layer's encoding, in its order, and of what attention itself learns.
  parameter_blocks<T> attention;
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
  // Layers whose attention is the same, in what acts there and in what is learned, share one set of tables.
  int set_count() const { return static_cast<int>(first_of_set.size()); }
  int set_of(int layer) const { return sets[static_cast<std::size_t>(layer)]; }
  int first_layer_of(int set) const { return first_of_set[static_cast<std::size_t>(set)]; }
  // Whether sets have parameters in common, whose gradients must not be added to at once.
  bool sets_share() const { return common; }

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
  std::vector<int> sets, first_of_set;  // [layers]; [sets]
  bool common = false;
  struct layer_offsets {
    std::size_t norm1_gain, norm1_bias, packed, output, norm2_gain, norm2_bias, up, gate, down;
    std::vector<std::size_t> attention;  // where each block begins; 0 for one without parameters
  };
  void share_sets(const model_config&, const encoding&);
  std::vector<layer_offsets> layers;
  std::size_t embedding, norm_gain, norm_bias, head;
};

template <class T>
layer_weights<T> parameter_layout::layer(T* buffer, int index) const {
  const layer_offsets& o = layers[static_cast<std::size_t>(index)];
  const auto at = [&](std::size_t offset) { return offset == nowhere ? nullptr : buffer + offset; };
  return {at(o.norm1_gain), at(o.norm1_bias), at(o.packed), at(o.output), at(o.norm2_gain),
          at(o.norm2_bias), at(o.up),         at(o.gate),   at(o.down),   {buffer, o.attention.data()}};
}
template <class T>
model_weights<T> parameter_layout::outside(T* buffer) const {
  const auto at = [&](std::size_t offset) { return offset == nowhere ? nullptr : buffer + offset; };
  return {at(embedding), at(norm_gain), at(norm_bias), at(head)};
}

}  // namespace lengthwise
