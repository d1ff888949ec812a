// The portable product: each element is one chain of fused multiply-adds, bit for bit, whatever the shape, the level
// and the way rows are shared out; and near a plain triple loop.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/kernels/levels.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

struct problem {
  int rows, columns, inner;
  operand a_operand, b_operand;
  bool accumulate;
  std::ptrdiff_t a_stride, b_stride, c_stride;
  std::vector<real> a, b, c;  // the matrices start one number into their memory: aligned to nothing

  problem(int m, int n, int k, int kind)
      : rows(m),
        columns(n),
        inner(k),
        a_operand(kind & 1 ? operand::transposed : operand::plain),
        b_operand(kind & 2 ? operand::transposed : operand::plain),
        accumulate((kind & 4) != 0),
        a_stride((kind & 1 ? m : k) + 3),
        b_stride((kind & 2 ? k : n) + 1),
        c_stride(n + 2),
        a(drawn(static_cast<std::size_t>(1 + (kind & 1 ? k : m) * a_stride), 1)),
        b(drawn(static_cast<std::size_t>(1 + (kind & 2 ? n : k) * b_stride), 2)),
        c(drawn(static_cast<std::size_t>(1 + m * c_stride), 3)) {}

  gemm_arguments arguments(std::vector<real>& out) const {
    return {rows,         columns,  inner,     a.data() + 1,   a_stride, a_operand,
            b.data() + 1, b_stride, b_operand, out.data() + 1, c_stride, accumulate};
  }
  real a_at(int i, int k) const {
    return a[static_cast<std::size_t>(1 + (a_operand == operand::plain ? i * a_stride + k : k * a_stride + i))];
  }
  real b_at(int k, int j) const {
    return b[static_cast<std::size_t>(1 + (b_operand == operand::plain ? k * b_stride + j : j * b_stride + k))];
  }
  real& c_at(std::vector<real>& out, int i, int j) const { return out[static_cast<std::size_t>(1 + i * c_stride + j)]; }

  // c by chains of std::fma; what lies between its rows stays as it was.
  std::vector<real> chains() const {
    std::vector<real> out = c;
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) {
        real sum = accumulate ? c_at(out, i, j) : 0;
        for (int k = 0; k < inner; ++k) sum = std::fma(a_at(i, k), b_at(k, j), sum);
        c_at(out, i, j) = sum;
      }
    return out;
  }
  // The largest error of c against a plain triple loop, in units of what rounding may do to it.
  double error(std::vector<real>& out) const {
    std::vector<real> before = c;
    double worst = 0;
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) {
        wide sum = accumulate ? c_at(before, i, j) : 0, size = std::abs(sum);
        for (int k = 0; k < inner; ++k) {
          const wide term = static_cast<wide>(a_at(i, k)) * static_cast<wide>(b_at(k, j));
          sum += term, size += std::abs(term);
        }
        const wide allowed = (inner + 1) * static_cast<wide>(rounding) * size;
        if (allowed > 0)
          worst = std::max(worst, static_cast<double>(std::abs(static_cast<wide>(c_at(out, i, j)) - sum) / allowed));
      }
    return worst;
  }
};

void check(int m, int n, int k, const std::vector<const kernel_table*>& tables) {
  for (int kind = 0; kind < 8; ++kind) {
    const problem x(m, n, k, kind);
    const std::vector<real> right = x.chains();
    for (const kernel_table* table : tables) {
      std::vector<real> out = x.c;
      table->gemm(x.arguments(out));
      BOOST_TEST_REQUIRE(same_bits(out, right),
                         table->name << ": " << m << " x " << n << " over " << k << ", kind " << kind);
    }
    std::vector<real> chained = right;
    BOOST_TEST_REQUIRE(x.error(chained) <= 1);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gemm)

BOOST_AUTO_TEST_CASE(every_small_shape_is_a_chain_of_fused_operations) {
  const auto tables = levels();
  for (const int m : {1, 2, 3, 5, 6, 7, 11, 12, 13, 25, 64, 70})
    for (const int n : {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70})
      for (const int k : {0, 1, 2, 7, 8, 17, 33}) check(m, n, k, tables);
}
BOOST_AUTO_TEST_CASE(chains_go_on_from_panel_to_panel) {
  const auto tables = levels();
  for (const int k : {70, 127, 128, 129, 255, 256, 257, 300, 511, 512, 513, 700})
    for (const int m : {1, 13, 40})
      for (const int n : {1, 19, 32, 50}) check(m, n, k, tables);
}
BOOST_AUTO_TEST_CASE(rows_and_columns_may_be_shared_out_in_any_way) {
  const problem x(37, 45, 300, 0);
  const std::vector<real> right = x.chains();
  for (const kernel_table* table : levels())
    for (const int piece : {1, 2, 5, 8, 12, 16, 36}) {
      std::vector<real> by_rows = x.c, by_columns = x.c;
      for (int first = 0; first < x.rows; first += piece) {
        gemm_arguments g = x.arguments(by_rows);
        g.rows = std::min(piece, x.rows - first), g.a += first * g.a_stride, g.c += first * g.c_stride;
        table->gemm(g);
      }
      for (int first = 0; first < x.columns; first += piece) {
        gemm_arguments g = x.arguments(by_columns);
        g.columns = std::min(piece, x.columns - first), g.b += first, g.c += first;
        table->gemm(g);
      }
      BOOST_TEST(same_bits(by_rows, right), table->name << ": " << piece << " rows at a time");
      BOOST_TEST(same_bits(by_columns, right), table->name << ": " << piece << " columns at a time");
    }
}
BOOST_AUTO_TEST_CASE(what_was_laid_out_before_gives_the_same_product_whole_and_in_part) {
  for (const int columns : {5, 32, 64, 100})
    for (const int inner : {3, 32, 300})
      for (const operand kind : {operand::plain, operand::transposed}) {
        const problem x(17, columns, inner, kind == operand::plain ? 0 : 2);
        const std::vector<real> right = x.chains();
        for (const kernel_table* table : levels()) {
          const std::ptrdiff_t wide = table->panel_columns;
          std::vector<real> panels(panel_count(columns, inner), std::numeric_limits<real>::quiet_NaN());
          const panel_arguments p{columns, inner, x.b.data() + 1, x.b_stride, kind, panels.data()};
          table->lay_panels(p);
          const auto multiplied = [&](std::vector<real>& out, int first, int count) {
            gemm_arguments g = x.arguments(out);
            g.columns = count, g.c += first, g.b = nullptr;
            g.panel_stride = p.panel_stride(table->panel_columns);
            g.panels = panels.data() + first / wide * g.panel_stride;
            table->gemm(g);
          };
          std::vector<real> whole = x.c, parts = x.c;
          multiplied(whole, 0, columns);
          BOOST_TEST_REQUIRE(same_bits(whole, right), table->name << ": " << columns << " columns over " << inner);
          for (int first = 0; first < columns; first += most_panel_columns)
            multiplied(parts, first, std::min(most_panel_columns, columns - first));
          BOOST_TEST_REQUIRE(same_bits(parts, right), table->name << ": panel after panel");
        }
      }
}
BOOST_AUTO_TEST_CASE(nothing_is_done_for_no_rows_or_columns) {
  for (const kernel_table* table : levels())
    for (const int empty : {0, 1}) {
      const problem x(4, 4, 4, 0);
      std::vector<real> out = x.c;
      gemm_arguments g = x.arguments(out);
      (empty == 0 ? g.rows : g.columns) = 0;
      table->gemm(g);
      BOOST_TEST(same_bits(out, x.c));
    }
}
BOOST_AUTO_TEST_CASE(a_nan_reaches_its_row_and_nothing_else) {
  for (const kernel_table* table : levels()) {
    problem x(9, 21, 5, 0);
    x.a[static_cast<std::size_t>(1 + 3 * x.a_stride + 2)] = std::numeric_limits<real>::quiet_NaN();
    std::vector<real> out = x.c;
    table->gemm(x.arguments(out));
    for (int i = 0; i < x.rows; ++i)
      for (int j = 0; j < x.columns; ++j) BOOST_TEST_REQUIRE(std::isnan(x.c_at(out, i, j)) == (i == 3));
  }
}

BOOST_AUTO_TEST_SUITE_END()
