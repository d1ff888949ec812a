// The whole forward pass again, as the papers write it, in xtensor expressions over dense arrays: no tiles, no running
// softmax, no tables, and no code of core/ but the layout that says where each weight lies. One window at a time.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "core/model/transformer.hpp"

namespace lengthwise::testing {

using array2 = xt::xtensor<double, 2>;

// Each expression stands in one function, so that it is compiled once.
inline array2 zeros(std::size_t rows, std::size_t columns) { return array2(array2::shape_type{rows, columns}, 0.0); }
inline array2 transposed(const array2& x) { return xt::transpose(x); }
inline array2 columns_of(const array2& x, std::size_t first, std::size_t last) {
  return xt::view(x, xt::all(), xt::range(first, last));
}
// Sums of rows, [rows, 1].
inline array2 row_sums(const array2& x) { return xt::sum(x, {1}, xt::keep_dims); }
// Element by element; an extent of 1 is repeated.
inline array2 times(const array2& a, const array2& b) { return a * b; }
inline array2 divided(const array2& a, const array2& b) { return a / b; }
template <class F>
array2 each(array2 x, F f) {
  for (double& value : x) value = f(value);
  return x;
}
inline array2 exponentials(const array2& x) { return xt::exp(x); }  // of small logits: nothing overflows
// a [n, k] . b [k, m], as a sum of outer products.
inline array2 product(const array2& a, const array2& b) {
  array2 out = zeros(a.shape(0), b.shape(1));
  for (std::size_t k = 0; k < a.shape(1); ++k)
    out += xt::view(a, xt::all(), xt::range(k, k + 1)) * xt::view(b, xt::range(k, k + 1), xt::all());
  return out;
}

// How the oracle's attention is told of positions; each returns what its paper says.
struct position_rule {
  bool scaled_embedding = false;
  array2 (*input)(std::size_t time, std::size_t width) = nullptr;
  array2 (*turn)(const array2& head_rows) = nullptr;  // queries or keys of one head
  double (*bias)(std::size_t h, std::size_t heads, double distance) = nullptr;
};

class oracle {
 public:
  oracle(const transformer& model, const position_rule& rule) : m(model), c(model.config()), r(rule) {}

  // Loss of every token of one window.
  std::vector<double> losses(const token_id* inputs, const token_id* targets, std::size_t time) const {
    const std::size_t width = static_cast<std::size_t>(c.width);
    const array2 embedding = weight("embedding");
    array2 x = zeros(time, width);
    for (std::size_t i = 0; i < time; ++i)
      for (std::size_t channel = 0; channel < width; ++channel) x(i, channel) = embedding(inputs[i], channel);
    if (r.scaled_embedding) x = each(x, [&](double value) { return value * std::sqrt(static_cast<double>(c.width)); });
    if (r.input != nullptr) x += r.input(time, width);
    if (has("encoding.table")) x += weight("encoding.table");  // as long as the window
    for (int i = 0; i < c.layers; ++i) {
      const std::string name = "layers." + std::to_string(i) + ".";
      x += product(attention(product(norm(x, name + "norm1"), weight(name + "attention.qkv"))),
                   weight(name + "attention.output"));
      const array2 normed = norm(x, name + "norm2"), up = product(normed, weight(name + "feed_forward.up"));
      const array2 activated =
          c.activation == activation_kind::swiglu
              ? times(each(product(normed, weight(name + "feed_forward.gate")),
                           [](double g) { return g / (1 + std::exp(-g)); }),
                      up)
              : each(up, [](double u) {
                  return 0.5 * u * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (u + 0.044715 * u * u * u)));
                });
      x += product(activated, weight(name + "feed_forward.down"));
    }
    const array2 last = norm(x, "norm");
    const array2 logits = c.tied_embeddings ? product(last, transposed(embedding)) : product(last, weight("head"));
    const array2 sums = row_sums(exponentials(logits));
    std::vector<double> loss(time);
    for (std::size_t i = 0; i < time; ++i) loss[i] = std::log(sums(i, 0)) - logits(i, targets[i]);
    return loss;
  }

 private:
  bool has(const std::string& name) const {
    for (const parameter_slice& slice : m.layout().slices())
      if (slice.name == name) return true;
    return false;
  }
  array2 weight(const std::string& name) const {
    for (const parameter_slice& slice : m.layout().slices())
      if (slice.name == name) {
        const std::size_t columns = static_cast<std::size_t>(slice.shape.back());
        array2 values = zeros(slice.count / columns, columns);
        std::copy_n(m.parameters() + slice.offset, slice.count, values.begin());
        return values;
      }
    throw std::out_of_range(name);
  }
  array2 norm(const array2& x, const std::string& name) const {
    const auto mean = [&](const array2& sums) { return each(sums, [&](double sum) { return sum / c.width; }); };
    array2 centred = x;
    if (c.norm == norm_kind::layer) centred -= mean(row_sums(x));
    const array2 deviation =
        each(mean(row_sums(times(centred, centred))), [](double variance) { return std::sqrt(variance + 1e-5); });
    array2 y = times(divided(centred, deviation), weight(name + ".gain"));
    if (c.norm == norm_kind::layer) y += weight(name + ".bias");
    return y;
  }
  // packed [time, 3 width] to [time, width].
  array2 attention(const array2& packed) const {
    const std::size_t time = packed.shape(0), width = static_cast<std::size_t>(c.width),
                      heads = static_cast<std::size_t>(c.heads), d = width / heads;
    array2 out = zeros(time, width);
    for (std::size_t h = 0; h < heads; ++h) {
      const auto part = [&](std::size_t which) {
        return columns_of(packed, which * width + h * d, which * width + (h + 1) * d);
      };
      const array2 q = r.turn != nullptr ? r.turn(part(0)) : part(0), k = r.turn != nullptr ? r.turn(part(1)) : part(1);
      array2 logits =
          each(product(q, transposed(k)), [&](double dot) { return dot / std::sqrt(static_cast<double>(d)); });
      for (std::size_t i = 0; i < time; ++i)
        for (std::size_t j = 0; j < time; ++j) {
          if (r.bias != nullptr && j <= i) logits(i, j) += r.bias(h, heads, static_cast<double>(i - j));
          if (j > i) logits(i, j) = -std::numeric_limits<double>::infinity();
        }
      const array2 weights = exponentials(logits);
      const array2 head = product(divided(weights, row_sums(weights)), part(2));
      for (std::size_t i = 0; i < time; ++i)
        for (std::size_t channel = 0; channel < d; ++channel) out(i, h * d + channel) = head(i, channel);
    }
    return out;
  }

  const transformer& m;
  const model_config& c;
  position_rule r;
};

}  // namespace lengthwise::testing
