// The kernels against attention by definition, for every encoding and wherever tokens stand: outputs, and derivatives
// along a random direction, which dual numbers carry through the definition.
#include <boost/test/unit_test.hpp>
#include <encodings/typelist.hpp>
#include <tuple>

#include "core/attention/reference.hpp"
#include "tests/attention/problem.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

struct reading_at {
  std::span<const double> positions;
  double query_position(int i, int) const { return positions[static_cast<std::size_t>(i)]; }
  double key_position(int, int j) const { return positions[static_cast<std::size_t>(j)]; }
  bool sees(int i, int j) const { return j <= i; }
  double factor(int) const { return 1; }
};

using along = dual<double, 1>;  // a value, and its derivative along the direction

std::vector<along> directed(const numbers& values, const numbers& direction) {
  std::vector<along> all;
  for (std::size_t i = 0; i < values.size(); ++i) {
    all.push_back(along(static_cast<double>(values[i])));
    all.back().gradient[0] = static_cast<double>(direction[i]);
  }
  return all;
}
// [time, head_width] of one head out of packed rows.
std::vector<along> head_part(const std::vector<along>& packed, const attention_extents& n, int s, int which, int h) {
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
  std::vector<along> row(static_cast<std::size_t>(n.head_width)), weights(static_cast<std::size_t>(n.time));
  for (int s = 0; s < n.sequences; ++s)
    for (int h = 0; h < n.heads; ++h) {
      const std::vector<along> q = head_part(packed, n, s, 0, h), k = head_part(packed, n, s, 1, h),
                               v = head_part(packed, n, s, 2, h);
      std::vector<along> gate;
      for (int i = 0; i < n.time && !gates.empty(); ++i)
        gate.push_back(gates[static_cast<std::size_t>((s * n.time + i) * n.heads + h)]);
      const reference_attention<E, along, reading_at> right{e,          p.model, head{h, n.heads}, q, k, v,
                                                            parameters, gate,    {p.positions}};
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

double dot(const numbers& a, const numbers& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

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
  const answer ours = solve(face, p, parameters);
  const auto [output, derivative] = by_definition(e, p, directed(p.packed, along_packed),
                                                  directed(parameters, along_parameters), directed(gates, along_gates));
  BOOST_TEST(relative_difference(ours.output, output) < 1e-12);
  double own = dot(ours.d_packed, along_packed);
  if (!face.acts_on_input()) own += dot(ours.d_parameters, along_parameters);
  BOOST_TEST(std::abs(own - derivative) < 1e-10 * (1 + std::abs(derivative)), own << ", not " << derivative);
}

template <class F>
void for_every_encoding(F&& f) {
  std::apply(
      [&]<class... E>(const E&... each) {
        std::size_t index = 0;
        ((f(each, *registered_encodings()[index++].make())), ...);
      },
      encoding_list{});
}

void check_at(problem p, const std::vector<double>& positions) {
  p.positions = positions;
  for_every_encoding([&](const auto& e, const encoding& face) {
    BOOST_TEST_CONTEXT(face.name()) if (*std::ranges::max_element(positions) < face.domain(p.model)) check(p, e, face);
  });
}

std::vector<double> made_of(int time, double (*at)(int)) {
  std::vector<double> positions;
  for (int i = 0; i < time; ++i) positions.push_back(at(i));
  return positions;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reference)

BOOST_AUTO_TEST_CASE(in_order_over_several_tiles) {
  check_at(problem(1, 131, 2, 6), made_of(131, [](int i) -> double { return i; }));
}
BOOST_AUTO_TEST_CASE(with_gaps) { check_at(problem(2, 4, 2, 6), {0, 2, 5, 9}); }
BOOST_AUTO_TEST_CASE(shuffled) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) -> double { return i * 37 % 70; }));
}
BOOST_AUTO_TEST_CASE(shifted) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) -> double { return 1000 + i; }));
}
BOOST_AUTO_TEST_CASE(fractional) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) { return i / 3.0; }));
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) { return 0.1 * i * i; }));
}
BOOST_AUTO_TEST_CASE(repeated) {
  check_at(problem(1, 70, 2, 6), made_of(70, [](int i) -> double { return i / 4; }));
}

BOOST_AUTO_TEST_SUITE_END()
