// A bias of pairs of positions, against FIRE's formula by the standard library: in a table, and where the table would
// be too large to keep.
#include "core/terms/square_bias.hpp"

#include <boost/test/unit_test.hpp>

#include "core/encodings/fire.hpp"
#include "tests/terms/site.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

constexpr int heads = 3, hidden = encodings::fire::hidden_units;
constexpr double c = 0.3, threshold = 0.5;

// w1, b1, w2 [heads], b2 [heads], c, threshold: all heads differ.
double w1(int k) { return 1 - k / 16.0; }
double b1(int k) { return (k % 7) / 8.0; }
double w2(int h, int k) { return (h + 1) * ((k * 5) % 11 - 5) / 32.0; }
double b2(int h) { return h - 0.25; }
std::vector<real> parameters() {
  std::vector<real> all;
  const auto add = [&](double x) { all.push_back(static_cast<real>(x)); };
  for (int k = 0; k < hidden; ++k) add(w1(k));
  for (int k = 0; k < hidden; ++k) add(b1(k));
  for (int h = 0; h < heads; ++h)
    for (int k = 0; k < hidden; ++k) add(w2(h, k));
  for (int h = 0; h < heads; ++h) add(b2(h));
  add(c), add(threshold);
  return all;
}
double right(int h, double query, double key) {
  const auto psi = [](double x) { return std::log1p(std::abs(static_cast<double>(static_cast<real>(c)) * x)); };
  const double x = psi(query - key) / (psi(std::max(threshold * 512, query)) + 1e-6);
  double sum = b2(h);
  for (int k = 0; k < hidden; ++k) sum += w2(h, k) * std::max(0.0, w1(k) * x + b1(k));
  return sum;
}
void check(const std::vector<double>& positions, bool kept) {
  const site s({heads * 2, heads, 64}, positions);
  square_bias_of<encodings::fire> term(encodings::fire{}, s.of());
  term.fill(parameters().data());
  const attention_tile first = s.tile(0, 0, 1);
  std::vector<real> scratch(term.scratch_count(first.extents, key_block));
  BOOST_TEST(scratch.empty() == kept);
  const int time = static_cast<int>(positions.size());
  for (int h = 0; h < heads; ++h)
    for (const int begin : {0, (time - 1) / 2 / query_tile * query_tile, (time - 1) / query_tile * query_tile}) {
      term.prepare(0, h, begin, {scratch.data(), nullptr, key_block});
      for (int i = begin; i < std::min(begin + query_tile, time); i += 21) {
        const std::vector<real> row = s.added(term, h, i, {scratch.data(), nullptr, key_block});
        for (int j = 0; j <= i; ++j) {
          const double wanted =
              right(h, positions[static_cast<std::size_t>(i)], positions[static_cast<std::size_t>(j)]);
          BOOST_TEST_REQUIRE(std::abs(static_cast<double>(row[static_cast<std::size_t>(j)]) - wanted) < 1e-5,
                             "head " << h << ", query " << i << ", key " << j);
        }
      }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(square_bias)

BOOST_AUTO_TEST_CASE(a_table_holds_every_head) {
  check(in_order(150), true);
  check({0, 2, 5, 9, 400, 70}, true);
}
BOOST_AUTO_TEST_CASE(rows_computed_when_they_are_needed_are_those_of_their_head) {
  constexpr int time = 2400;
  static_assert(std::size_t{heads} * time * time > largest_square_table);
  check(in_order(time), false);
}

BOOST_AUTO_TEST_SUITE_END()
