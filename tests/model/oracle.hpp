// The whole forward pass again, as the papers write it, in xtensor expressions over dense arrays: no tiles, no running
// softmax, no tables, and no code of core/ but the layout that says where each weight lies. One window at a time.
#pragma once
#include <cmath>
#include <limits>
#include <string>
#include <vector>
#include <xtensor/xadapt.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xsort.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "core/model/transformer.hpp"

namespace lengthwise::testing {

using array1 = xt::xtensor<double, 1>;
using array2 = xt::xtensor<double, 2>;

// How the oracle's attention is told of positions; each returns what its paper says.
struct position_rule {
  bool scaled_embedding = false;
  array2 (*input)(std::size_t time, std::size_t width) = nullptr;
  array2 (*turn)(const array2& head_rows) = nullptr;               // queries or keys of one head
  double (*bias)(std::size_t h, std::size_t heads, double distance) = nullptr;
};

class oracle {
 public:
  oracle(const transformer& model, const position_rule& rule) : m(model), c(model.config()), r(rule) {}

  // Loss of every token of one window.
  array1 losses(const token_id* inputs, const token_id* targets, std::size_t time) const {
    const std::size_t width = static_cast<std::size_t>(c.width);
    const array2 embedding = weight("embedding");
    array2 x = xt::zeros<double>({time, width});
    for (std::size_t i = 0; i < time; ++i) xt::view(x, i) = xt::view(embedding, static_cast<std::size_t>(inputs[i]));
    if (r.scaled_embedding) x *= std::sqrt(static_cast<double>(c.width));
    if (r.input != nullptr) x += r.input(time, width);
    if (has("encoding.table")) x += xt::view(weight("encoding.table"), xt::range(0, time));
    for (int i = 0; i < c.layers; ++i) {
      const std::string name = "layers." + std::to_string(i) + ".";
      x += product(attention(product(norm(x, name + "norm1"), weight(name + "attention.qkv"))), weight(name + "attention.output"));
      const array2 normed = norm(x, name + "norm2"), up = product(normed, weight(name + "feed_forward.up"));
      array2 activated;
      if (c.activation == activation_kind::swiglu) {
        const array2 gate = product(normed, weight(name + "feed_forward.gate"));
        activated = gate / (1.0 + xt::exp(-gate)) * up;
      } else {
        activated = 0.5 * up * (1.0 + xt::tanh(std::sqrt(2 / std::acos(-1.0)) * (up + 0.044715 * up * up * up)));
      }
      x += product(activated, weight(name + "feed_forward.down"));
    }
    const array2 last = norm(x, "norm");
    const array2 logits = c.tied_embeddings ? product(last, array2(xt::transpose(embedding))) : product(last, weight("head"));
    array1 loss = xt::log(xt::sum(xt::exp(logits), {1}));  // small logits: nothing overflows
    for (std::size_t i = 0; i < time; ++i) loss(i) -= logits(i, targets[i]);
    return loss;
  }

  // a [n, k] . b [k, m]
  static array2 product(const array2& a, const array2& b) {
    array2 out = xt::zeros<double>({a.shape(0), b.shape(1)});
    for (std::size_t k = 0; k < a.shape(1); ++k)  // outer products: no array of three axes is needed
      out += xt::view(a, xt::all(), k, xt::newaxis()) * xt::view(b, k, xt::newaxis(), xt::all());
    return out;
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
        const std::vector<double> values(m.parameters() + slice.offset, m.parameters() + slice.offset + slice.count);
        return xt::adapt(values, std::vector<std::size_t>{slice.count / columns, columns});
      }
    throw std::out_of_range(name);
  }
  array2 norm(const array2& x, const std::string& name) const {
    const std::size_t time = x.shape(0);
    array2 centred = x;
    if (c.norm == norm_kind::layer) centred -= array2(xt::reshape_view(array1(xt::mean(x, {1})), {time, std::size_t(1)}));
    const array2 squares = xt::reshape_view(array1(xt::mean(centred * centred, {1})), {time, std::size_t(1)});
    array2 y = centred / xt::sqrt(squares + 1e-5) * weight(name + ".gain");
    if (c.norm == norm_kind::layer) y += weight(name + ".bias");
    return y;
  }
  // packed [time, 3 width] to [time, width].
  array2 attention(const array2& packed) const {
    const std::size_t time = packed.shape(0), width = static_cast<std::size_t>(c.width), heads = static_cast<std::size_t>(c.heads), d = width / heads;
    array2 out = xt::zeros<double>({time, width});
    for (std::size_t h = 0; h < heads; ++h) {
      const auto part = [&](std::size_t which) { return array2(xt::view(packed, xt::all(), xt::range(which * width + h * d, which * width + (h + 1) * d))); };
      const array2 q = r.turn != nullptr ? r.turn(part(0)) : part(0), k = r.turn != nullptr ? r.turn(part(1)) : part(1);
      array2 logits = product(q, array2(xt::transpose(k))) / std::sqrt(static_cast<double>(d));
      for (std::size_t i = 0; i < time; ++i)
        for (std::size_t j = 0; j < time; ++j) {
          if (r.bias != nullptr && j <= i) logits(i, j) += r.bias(h, heads, static_cast<double>(i - j));
          if (j > i) logits(i, j) = -std::numeric_limits<double>::infinity();
        }
      const array2 weights = xt::exp(logits);
      const array2 sums = xt::reshape_view(array1(xt::sum(weights, {1})), {time, std::size_t(1)});
      xt::view(out, xt::all(), xt::range(h * d, (h + 1) * d)) = product(array2(weights / sums), part(2));
    }
    return out;
  }

  const transformer& m;
  const model_config& c;
  position_rule r;
};

}  // namespace lengthwise::testing
