// The kernels against attention by definition: outputs, and derivatives along a random direction, which dual numbers
// carry through the definition.
#pragma once
#include <boost/test/unit_test.hpp>
#include <encodings/typelist.hpp>
#include <numeric>
#include <tuple>

#include "core/attention/reference.hpp"
#include "tests/mixers/problem.hpp"

namespace lengthwise::test {

// Pair by pair out of what kernels are handed.
struct reading_by_places {
  struct pair {
    bool seen = false;
    double query = 0, key = 0;
  };
  explicit reading_by_places(const attention_places& from)
      : places(from), pairs(static_cast<std::size_t>(from.time() * from.time())) {
    for (const attention_zone& z : places.zones)
      for (std::size_t i = 0; i < z.begin.size(); ++i)
        for (auto k = static_cast<std::size_t>(z.begin[i]); k < static_cast<std::size_t>(z.end[i]); ++k) {
          const std::size_t j = z.keys->tokens.empty() ? k : static_cast<std::size_t>(z.keys->tokens[k]);
          pairs[i * z.begin.size() + j] = {true, z.queries->positions[i], z.keys->positions[k]};
        }
  }
  const pair& at(int i, int j) const { return pairs[static_cast<std::size_t>(i * places.time() + j)]; }
  double query_position(int i, int j) const { return at(i, j).query; }
  double key_position(int i, int j) const { return at(i, j).key; }
  bool sees(int i, int j) const { return at(i, j).seen; }
  double factor(int i) const { return places.factors.empty() ? 1 : places.factors[static_cast<std::size_t>(i)]; }
  template <class Own>
  auto turn(Own&& own, int planes, plane t, position where) const {
    using math::value_of;
    using S = decltype(own(t, where));
    if (!places.turn) return std::pair(own(t, where), 1.0);
    std::vector<double> trained;
    for (plane p{0, t.count}; p.index < planes; ++p.index)
      trained.push_back(value_of(own(p, position{1})) - value_of(own(p, position{0})));
    const plane_turn turned = places.turn(trained, t, where.value);
    return std::pair(S(turned.frequency * where.value), turned.scale);
  }
  const attention_places& places;
  std::vector<pair> pairs;
};

using along = dual<double, 1>;  // a value, and its derivative along the direction

inline std::vector<along> directed(const numbers& values, const numbers& direction) {
  std::vector<along> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.push_back(along(static_cast<double>(values[i])));
    all.back().gradient[0] = static_cast<double>(direction[i]);
  }
  return all;
}
// [time, head_width] of one head out of packed rows.
inline std::vector<along> head_part(const std::vector<along>& packed, const attention_extents& n, int s, int which,
                                    int h) {
  std::vector<along> rows;
  for (int i = 0; i < n.time; ++i)
    for (int c = 0; c < n.head_width; ++c)
      rows.push_back(
          packed[static_cast<std::size_t>(((s * n.time + i) * 3 + which) * n.width() + h * n.head_width + c)]);
  return rows;
}

// The output, and the derivative of the sum of its products with d_output.
template <class E>
std::pair<numbers, double> by_definition(const E& e, const problem& p, const std::vector<along>& packed,
                                         const std::vector<along>& parameters, const std::vector<along>& gates) {
  const attention_extents& n = p.extents;
  numbers output(p.d_output.size());
  double derivative = 0;
  const reading_by_places reading(p.places);
  std::vector<along> row(static_cast<std::size_t>(n.head_width)), weights(static_cast<std::size_t>(n.time));
  for (int s = 0; s < n.sequences; ++s)
    for (int h = 0; h < n.heads; ++h) {
      const std::vector<along> q = head_part(packed, n, s, 0, h), k = head_part(packed, n, s, 1, h),
                               v = head_part(packed, n, s, 2, h);
      std::vector<along> gate;
      for (int i = 0; i < n.time && !gates.empty(); ++i)
        gate.push_back(gates[static_cast<std::size_t>((s * n.time + i) * n.heads + h)]);
      const reference_attention<E, along, reading_by_places> right{e,          p.model, head{h, n.heads}, q, k, v,
                                                                   parameters, gate,    reading};
      for (int i = 0; i < n.time; ++i) {
        right.output(i, row, weights);
        for (int c = 0; c < n.head_width; ++c) {
          const auto at = static_cast<std::size_t>((s * n.time + i) * n.width() + h * n.head_width + c);
          output[at] = row[static_cast<std::size_t>(c)].value;
          derivative += row[static_cast<std::size_t>(c)].gradient[0] * p.d_output[at];
        }
      }
    }
  return {output, derivative};
}

inline double dot(const numbers& a, const numbers& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

template <class E>
void check(const problem& p, const E& e, const encoding& face) {
  const numbers parameters = trained_like(face, p.model);
  const numbers along_packed = problem::normals(p.packed.size(), 11),
                along_parameters = problem::normals(parameters.size(), 12);
  numbers gates, along_gates;
  if (face.gated()) {
    gates = gate_logits(p, parameters);
    along_gates = gate_logits(p, along_parameters);  // linear in the parameters
  }
  const answer ours = solve(face, p, parameters, false);
  const auto [output, derivative] = by_definition(e, p, directed(p.packed, along_packed),
                                                  directed(parameters, along_parameters), directed(gates, along_gates));
  BOOST_TEST(relative_difference(ours.output, output) < 1e-12);
  const double own = dot(ours.d_packed, along_packed) + dot(ours.d_parameters, along_parameters);
  BOOST_TEST(std::abs(own - derivative) < 1e-10 * (1 + std::abs(derivative)), own << ", not " << derivative);
}

// Not what mixes heads, or reads what a network makes of tokens: vector files and the model's gradients hold those.
inline bool is_told_by_definition(const encoding& e) {
  return !any_of(e.hooks(), hook::mix | hook::turns | hook::reflections);
}
template <class F>
void for_every_encoding(F&& f) {
  std::apply(
      [&]<class... E>(const E&... each) {
        std::size_t index = 0;
        const auto one = [&](const auto& e) {
          const std::unique_ptr<encoding> face = registered_encodings()[index++].make();
          if (is_told_by_definition(*face)) f(e, *face);
        };
        (one(each), ...);
      },
      encoding_list{});
}

}  // namespace lengthwise::test
