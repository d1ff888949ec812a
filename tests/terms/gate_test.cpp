// Forget gates against a plain sum, also behind a long text of closed gates, where sums are large and differences
// small.
#include "core/terms/gate.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/terms/site.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

constexpr int heads = 2, tokens = 3000;

struct gated {
  site s{{4, heads, 16}, in_order(tokens)};
  gate_term term{s.of(), 1, 1};
  attention_tile whole = s.tile(0, 0, 1);
  std::vector<real> gates = std::vector<real>(tokens * heads), d_gates = gates, scratch;
  term_memory memory{};

  gated() : scratch(term.scratch_count(whole.extents, key_block)) {
    memory.scratch = scratch.data();
    for (int i = 0; i < tokens; ++i)
      for (int h = 0; h < heads; ++h)
        gates[static_cast<std::size_t>(i * heads + h)] = static_cast<real>(i < tokens - 50 ? -30 : 2 + (i + h) % 3);
    term.open({whole.extents, gates.data(), nullptr, nullptr, d_gates.data(), nullptr, nullptr}, memory);
  }
  double gate(int h, int l) const { return static_cast<double>(gates[static_cast<std::size_t>(l * heads + h)]); }
};
double log_sigmoid(double x) { return -std::log1p(std::exp(-x)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(gates)

BOOST_AUTO_TEST_CASE(small_differences_of_large_sums_are_kept) {
  const gated g;
  for (int h = 0; h < heads; ++h) {
    const std::vector<real> row = g.s.added(g.term, h, tokens - 1, g.memory);
    double sum = 0;
    for (int j = tokens - 1; j >= tokens - 50; --j) {
      BOOST_TEST_REQUIRE(
          std::abs(static_cast<double>(row[static_cast<std::size_t>(j)]) - sum) < 1e-6 * (1 + std::abs(sum)),
          "key " << j << ": " << row[static_cast<std::size_t>(j)] << ", not " << sum);
      sum += log_sigmoid(g.gate(h, j));
    }
  }
}
// d/dg ln sigmoid(g) = sigmoid(-g), for each pair with j < l <= i.
BOOST_AUTO_TEST_CASE(a_gate_hears_of_every_pair_around_it) {
  const gated g;
  std::vector<double> right(static_cast<std::size_t>(tokens));
  for (int i = tokens - 3; i < tokens; ++i) {
    std::vector<real> d_row(static_cast<std::size_t>(i + 1));
    for (int j = 0; j <= i; ++j) {
      const double d = ((i + 2 * j) % 5 - 2) / 4.0;
      d_row[static_cast<std::size_t>(j)] = static_cast<real>(d);
      for (int l = j + 1; l <= i; ++l) right[static_cast<std::size_t>(l)] += d / (1 + std::exp(g.gate(1, l)));
    }
    g.term.backward(g.s.tile(1, i / query_tile * query_tile, 1), {i % query_tile, i, 0, i + 1, d_row.data()}, g.memory);
  }
  std::vector<real> d_gates = g.d_gates;
  g.term.close({g.whole.extents, g.gates.data(), nullptr, nullptr, d_gates.data(), nullptr, nullptr}, g.memory);
  for (int l = 0; l < tokens; ++l) {
    const double wanted = right[static_cast<std::size_t>(l)];
    BOOST_TEST_REQUIRE(std::abs(static_cast<double>(d_gates[static_cast<std::size_t>(l * heads + 1)]) - wanted) <
                       1e-5 * (1 + std::abs(wanted)));
    BOOST_TEST_REQUIRE(d_gates[static_cast<std::size_t>(l * heads)] == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
