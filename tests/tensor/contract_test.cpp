// Contractions against xtensor expressions, with each transpose that the axes' types can ask for and both back ends.
#include "core/tensor/contract.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "core/math/random.hpp"
#include "core/tensor/openblas.hpp"

using namespace lengthwise;

namespace {

struct left;
struct right;
struct inner;
template <class Rows, class Columns>
using read = matrix<const real, Rows, Columns>;
template <class Rows, class Columns>
using written = matrix<real, Rows, Columns>;

// What must not compile: no shared axis, two of them, an output whose axes are not the other two, or not in their
// order.
static_assert(contraction<written<left, right>, read<left, inner>, read<inner, right>>);
static_assert(!contraction<written<left, right>, read<left, inner>, read<hidden, right>>);
static_assert(!contraction<written<left, right>, read<left, inner>, read<left, inner>>);
static_assert(!contraction<written<left, hidden>, read<left, inner>, read<inner, right>>);
static_assert(!contraction<written<right, left>, read<left, inner>, read<inner, right>>);

using array2 = xt::xtensor<double, 2>;
constexpr int rows = 13, columns = 37, depth = 70, gap = 5;

std::vector<real> drawn(std::size_t count, std::uint64_t seed) {
  std::vector<real> x(count);
  for (std::size_t i = 0; i < count; ++i)
    x[i] = static_cast<real>(random_source{seed, random_stream::conformance}.normal(i));
  return x;
}
// A drawn matrix whose rows lie further apart than they are long.
template <class Rows, class Columns>
struct strided {
  std::vector<real> memory;
  int row_count, column_count;
  strided(int m, int n, std::uint64_t seed)
      : memory(drawn(static_cast<std::size_t>(m * (n + gap)), seed)), row_count(m), column_count(n) {}
  matrix<const real, Rows, Columns> view() const {
    return {memory.data(), row_count, column_count, column_count + gap};
  }
  array2 dense() const {
    array2 x(array2::shape_type{static_cast<std::size_t>(row_count), static_cast<std::size_t>(column_count + gap)});
    std::copy(memory.begin(), memory.end(), x.begin());
    return xt::view(x, xt::all(), xt::range(0, column_count));
  }
};

array2 transposed(const array2& x) { return xt::transpose(x); }
// a [rows, depth] . b [depth, columns], as a sum of outer products.
array2 product(const array2& a, const array2& b) {
  array2 out(array2::shape_type{a.shape(0), b.shape(1)}, 0.0);
  for (std::size_t k = 0; k < a.shape(1); ++k)
    out += xt::view(a, xt::all(), xt::range(k, k + 1)) * xt::view(b, xt::range(k, k + 1), xt::all());
  return out;
}

template <class A, class B>
void check(const A& a, const B& b, const array2& expected, numerics back_end) {
  const numerics before = selected_numerics();
  select_numerics(back_end);
  for (const into how : {into::overwrite, into::accumulate}) {
    strided<left, right> out(rows, columns, 9);
    const array2 start = out.dense();
    const std::vector<real> kept = out.memory;
    const matrix<real, left, right> view(out.memory.data(), rows, columns, columns + gap);
    contract(view, a.view(), b.view(), how);
    const array2 wanted = how == into::accumulate ? array2(start + expected) : expected;
    const array2 errors = xt::abs(out.dense() - wanted);
    const double error = *std::max_element(errors.begin(), errors.end());
    BOOST_TEST(error < (sizeof(real) == 4 ? 2e-5 : 1e-13));
    for (std::size_t i = 0; i < kept.size(); ++i)  // the gaps between rows are nobody's business
      if (static_cast<int>(i) % (columns + gap) >= columns) BOOST_TEST_REQUIRE(out.memory[i] == kept[i]);
  }
  select_numerics(before);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(contractions)

BOOST_AUTO_TEST_CASE(transposes_follow_from_the_axes) {
  const strided<left, inner> a(rows, depth, 1);
  const strided<inner, right> b(depth, columns, 2);
  const strided<inner, left> a_turned(depth, rows, 3);
  const strided<right, inner> b_turned(columns, depth, 4);
  for (const numerics back_end : {numerics::portable, numerics::openblas})
    BOOST_TEST_CONTEXT(names_of(back_end)[static_cast<std::size_t>(back_end)]) {
      check(a, b, product(a.dense(), b.dense()), back_end);
      check(a, b_turned, product(a.dense(), transposed(b_turned.dense())), back_end);
      check(a_turned, b, product(transposed(a_turned.dense()), b.dense()), back_end);
      check(a_turned, b_turned, product(transposed(a_turned.dense()), transposed(b_turned.dense())), back_end);
    }
}
BOOST_AUTO_TEST_CASE(pieces_of_rows_are_views_of_the_whole) {
  const strided<left, inner> a(rows, depth, 1);
  const strided<inner, right> b(depth, columns, 2);
  std::vector<real> whole(rows * columns), pieces(rows * columns);
  contract(matrix<real, left, right>(whole.data(), rows, columns), a.view(), b.view());
  const matrix<real, left, right> out(pieces.data(), rows, columns);
  for (int first = 0; first < rows; first += 4) {
    const int count = std::min(4, rows - first);
    contract(out.rows_from(first, count), a.view().rows_from(first, count), b.view());
  }
  BOOST_TEST((whole == pieces));
}
BOOST_AUTO_TEST_CASE(the_back_end_in_use_can_be_told) {
  BOOST_TEST((selected_numerics() == numerics::portable));
  BOOST_TEST(load_openblas() == "");
  BOOST_TEST(!openblas_core().empty());
}

BOOST_AUTO_TEST_SUITE_END()
