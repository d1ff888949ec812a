// One attention problem of made-up numbers, and any encoding's answer to it, forward and backward.
#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "core/attention/registry.hpp"
#include "core/math/random.hpp"
#include "core/mixers/mixers.hpp"

namespace lengthwise::test {

using numbers = std::vector<real>;

// Parameters like a trained model's: inside the range of a uniform distribution, and away from constants and small
// normals, so that none of them is a special point.
inline numbers trained_like(const encoding& e, const model_extents& x) {
  const random_source random{7, random_stream::initial_values};
  numbers values;
  for (const parameter& p : e.learned(x))
    for (std::size_t i = 0; i < p.count(x.heads); ++i) {
      const std::size_t at = values.size();
      const double u = 0.1 + 0.8 * random.uniform(at);
      values.push_back(static_cast<real>(p.initial.shape == distribution::kind::uniform
                                             ? p.initial.first + (p.initial.second - p.initial.first) * u
                                             : p.initial.first + 0.2 * random.normal(at)));
    }
  return values;
}

struct problem {
  attention_extents extents;
  model_extents model;
  attention_places places;
  numbers packed, d_output, layer_input;

  problem(int sequences, int time, int heads, int head_width)
      : extents{sequences, time, heads, head_width},
        model{heads * head_width, heads, time},
        places(places_in_order(time)) {
    const auto count = static_cast<std::size_t>(extents.tokens()) * static_cast<std::size_t>(extents.width());
    packed = normals(3 * count, 1), d_output = normals(count, 2), layer_input = normals(count, 3);
  }
  static numbers normals(std::size_t count, std::uint32_t which) {
    const random_source random{42, random_stream::conformance, which};
    numbers values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<real>(random.normal(i));
    return values;
  }
  void shift(double by) {
    std::vector<double> positions = places.zones.front().queries->positions;
    for (double& p : positions) p += by;
    places = places_at(positions);
  }
};

// What a network makes of tokens is made by a model; here it must be handed over.
inline bool asks_for_signals(const encoding& e) { return e.signals({16, 2, 16}).count() > 0; }

struct answer {
  numbers output, d_packed, d_parameters, d_gates, input;
};

// The logits of forget gates, as a layer makes them of its input: weight [heads, width], then bias [heads].
inline numbers gate_logits(const problem& p, const numbers& parameters) {
  const auto heads = static_cast<std::size_t>(p.extents.heads), width = static_cast<std::size_t>(p.extents.width());
  numbers gates(static_cast<std::size_t>(p.extents.tokens()) * heads);
  for (std::size_t i = 0; i < gates.size(); ++i) {
    const std::size_t token = i / heads, h = i % heads;
    double sum = static_cast<double>(parameters[heads * width + h]);
    for (std::size_t c = 0; c < width; ++c)
      sum += static_cast<double>(parameters[h * width + c]) * static_cast<double>(p.layer_input[token * width + c]);
    gates[i] = static_cast<real>(sum);
  }
  return gates;
}

// The encoding's answer: attention where it acts there, and the table that it adds to the input where it acts there,
// with the gradient of the sum of products with d_output; of attention's alone unless through_input.
// Signals are the token's, as `signals` has them, where the encoding asks for any.
inline answer solve(const encoding& e, const problem& p, const numbers& parameters, bool through_input = true,
                    const numbers& signals = {}) {
  answer a;
  const attention_extents& n = p.extents;
  attention_tables tables = e.make_tables(p.model, {}, p.places);
  tables.fill(parameters.data());
  a.d_parameters.resize(parameters.size());
  numbers d_tables(tables.gradient_count());
  if (tables.input() != nullptr) a.input = tables.input()->values();
  const mixer& attention = mixer_of(tables);
  numbers d_signals(signals.size());
  numbers packed = p.packed, log_sums(static_cast<std::size_t>(n.tokens() * n.heads)),
          scratch(attention.scratch_count(tables, n));
  a.output.resize(p.d_output.size()), a.d_packed.resize(packed.size());
  numbers gates;
  if (e.gated()) gates = gate_logits(p, parameters), a.d_gates.resize(gates.size());
  const attention_arguments arguments{n,       &tables,         packed.data(),  gates.data(),  a.output.data(),
                                      nullptr, log_sums.data(), scratch.data(), signals.data()};
  attention.forward(arguments);
  attention.backward(arguments,
                     {p.d_output.data(), a.d_packed.data(), a.d_gates.data(), d_tables.data(), d_signals.data()});
  if (real* d_input = tables.input() == nullptr ? nullptr : tables.slot_of(*tables.input(), d_tables.data());
      d_input != nullptr && through_input)
    for (std::size_t i = 0; i < tables.input()->values().size(); ++i) d_input[i] += p.d_output[i];
  tables.collect(parameters.data(), d_tables.data(), a.d_parameters.data());
  if (e.gated()) {
    const auto heads = static_cast<std::size_t>(n.heads), width = static_cast<std::size_t>(n.width());
    for (std::size_t i = 0; i < gates.size(); ++i) {
      const std::size_t token = i / heads, h = i % heads;
      a.d_parameters[heads * width + h] += a.d_gates[i];
      for (std::size_t c = 0; c < width; ++c)
        a.d_parameters[h * width + c] += a.d_gates[i] * p.layer_input[token * width + c];
    }
  }
  return a;
}

// Sum of products of the answer with d_output: what `solve` differentiates.
inline double loss(const encoding& e, const problem& p, const numbers& parameters) {
  const answer a = solve(e, p, parameters);
  double sum = 0;
  for (std::size_t i = 0; i < a.output.size(); ++i)
    sum += static_cast<double>(a.output[i]) * static_cast<double>(p.d_output[i]);
  for (std::size_t i = 0; i < a.input.size(); ++i)
    sum += static_cast<double>(a.input[i]) * static_cast<double>(p.d_output[i]);
  return sum;
}

// |a - b| / |b|, as Euclidean norms.
inline double relative_difference(const numbers& a, const numbers& b) {
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    difference += (x - y) * (x - y), size += y * y;
  }
  return difference == 0 ? 0 : std::sqrt(difference / size);
}

inline std::unique_ptr<encoding> made(std::string_view name, std::initializer_list<named_value> options = {}) {
  std::unique_ptr<encoding> e = make_encoding(name);
  if (e == nullptr) throw std::invalid_argument("no encoding " + std::string(name));
  for (const named_value& o : options) {
    bool known = false;
    if (const std::string wrong = e->assign(o.name, o.value, known); !wrong.empty() || !known)
      throw std::invalid_argument(std::string(name) + "." + o.name + ": " + (known ? wrong : "no such option"));
  }
  return e;
}

}  // namespace lengthwise::test
