// A bias of distances against its formula, wherever tokens stand; and its parameters' gradient against a plain sum.
#include "core/terms/bias.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <boost/test/unit_test.hpp>

#include "core/encodings/kerple_log.hpp"
#include "core/encodings/t5_bias.hpp"
#include "core/terms/bucket.hpp"
#include "tests/terms/site.hpp"

using namespace lengthwise;
using namespace lengthwise::test;

namespace {

constexpr model_extents extents{4, 2, 16};
const std::vector<real> kerple{0.5f, 1.25f, 0.25f, 2};  // r1 of both heads, r2 of both

const std::vector<std::vector<double>> standing{
    in_order(70), {0, 2, 5, 9}, {1000, 1003, 1006, 1009, 1012}, {3, 0, 2, 1}, {0, 0.25, 0.75, 5.5, 5.5}};
double apart(const std::vector<double>& at, int i, int j) {
  return std::abs(at[static_cast<std::size_t>(i)] - at[static_cast<std::size_t>(j)]);
}

// T5's bucket in whole numbers: the largest m below e = buckets/2 with (n/e)^e >= (furthest/e)^m.
int right_bucket(int n, int buckets, int furthest) {
  using boost::multiprecision::cpp_int;
  const int e = buckets / 2;
  if (n < e) return n;
  const cpp_int reached = pow(cpp_int(n), static_cast<unsigned>(e)), exact = pow(cpp_int(e), static_cast<unsigned>(e));
  int m = 0;
  for (cpp_int above = furthest, below = e; m < e - 1 && reached * below >= above * exact;
       above *= furthest, below *= e)
    ++m;
  return e + m;
}
int own_bucket(int n, int buckets, int furthest) {
  encodings::t5_bias e;
  e.buckets = buckets, e.max_distance = furthest;
  return e.bucket(distance{static_cast<double>(n)});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bias)

BOOST_AUTO_TEST_CASE(edges_of_buckets_are_those_of_whole_numbers) {
  for (int buckets = 2; buckets <= 40; buckets += 2)
    for (int furthest = buckets / 2 + 1; furthest <= 150; furthest += furthest < 40 ? 1 : 11)
      for (int n = 0; n <= furthest + 1; ++n)
        BOOST_TEST_REQUIRE(own_bucket(n, buckets, furthest) == right_bucket(n, buckets, furthest),
                           buckets << " buckets to " << furthest << ", distance " << n);
  for (const auto& [buckets, furthest] : {std::pair{256, 1'000'000}, {512, 1024}, {4096, 1'000'000'000}, {4096, 2049}})
    for (const int n : {128, 256, 300, 1023, 2047, 2048, 2049, 2900, 5000, 99'999, 1 << 20, 16 << 20, 999'999'999})
      BOOST_TEST(own_bucket(n, buckets, furthest) == right_bucket(n, buckets, furthest),
                 buckets << " buckets to " << furthest << ", distance " << n);
}

BOOST_AUTO_TEST_CASE(goes_by_the_distance_of_positions) {
  for (const std::vector<double>& at : standing) {
    const site s(extents, at);
    bias_of<encodings::kerple_log> term(encodings::kerple_log{}, s.of());
    term.fill(kerple.data());
    for (int h = 0; h < 2; ++h)
      for (int i = 0; i < s.places.time(); ++i) {
        const std::vector<real> row = s.added(term, h, i, {});
        for (int j = 0; j <= i; ++j) {
          const double wanted =
              -static_cast<double>(kerple[static_cast<std::size_t>(h)]) *
              std::log1p(static_cast<double>(kerple[static_cast<std::size_t>(2 + h)]) * apart(at, i, j));
          BOOST_TEST_REQUIRE(std::abs(static_cast<double>(row[static_cast<std::size_t>(j)]) - wanted) < 1e-6);
        }
      }
  }
}
BOOST_AUTO_TEST_CASE(its_gradient_is_summed_over_pairs) {
  for (const std::vector<double>& at : standing) {
    const site s(extents, at);
    bias_of<encodings::kerple_log> term(encodings::kerple_log{}, s.of());
    term.fill(kerple.data());
    std::vector<real> d_table(term.gradient_count()), d_parameters(4);
    double d_r1[2] = {}, d_r2[2] = {};
    for (int h = 0; h < 2; ++h)
      for (int i = 0; i < s.places.time(); ++i) {
        std::vector<real> d_row(static_cast<std::size_t>(i + 1));
        for (int j = 0; j <= i; ++j) {
          const double d = ((i * 7 + j * 3 + h) % 9 - 4) / 8.0, n = apart(at, i, j);
          d_row[static_cast<std::size_t>(j)] = static_cast<real>(d);
          const auto r1 = static_cast<double>(kerple[static_cast<std::size_t>(h)]),
                     r2 = static_cast<double>(kerple[static_cast<std::size_t>(2 + h)]);
          d_r1[h] += d * -std::log1p(r2 * n), d_r2[h] += d * -r1 * n / (1 + r2 * n);
        }
        term.backward(s.tile(h, i / query_tile * query_tile, 1), {i % query_tile, i, 0, i + 1, d_row.data()},
                      {nullptr, d_table.data(), key_block});
      }
    term.collect(kerple.data(), d_table.data(), d_parameters.data());
    for (std::size_t h = 0; h < 2; ++h) {
      BOOST_TEST(std::abs(static_cast<double>(d_parameters[h]) - d_r1[h]) < 1e-4 * (1 + std::abs(d_r1[h])));
      BOOST_TEST(std::abs(static_cast<double>(d_parameters[2 + h]) - d_r2[h]) < 1e-4 * (1 + std::abs(d_r2[h])));
    }
  }
}
BOOST_AUTO_TEST_CASE(of_a_bucket_is_a_learned_number_of_each_head) {
  const std::vector<double> at{0, 1, 3, 40, 41.5};
  const site s(extents, at);
  bucket_of<encodings::t5_bias> term(encodings::t5_bias{}, s.of());
  std::vector<real> numbers(64);  // [heads, buckets]
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = static_cast<real>(k);
  term.fill(numbers.data());
  const int bucket_of_40 = 16 + static_cast<int>(16 * std::log(40 / 16.0) / std::log(128 / 16.0));
  for (int h = 0; h < 2; ++h) {
    BOOST_TEST(
        (s.added(term, h, 2, {}) ==
         std::vector<real>{static_cast<real>(32 * h + 3), static_cast<real>(32 * h + 2), static_cast<real>(32 * h)}));
    BOOST_TEST(s.added(term, h, 3, {})[0] == static_cast<real>(32 * h + bucket_of_40));
    BOOST_TEST(s.added(term, h, 4, {})[3] == static_cast<real>(32 * h + 1));  // a distance of 1.5
  }
}

BOOST_AUTO_TEST_SUITE_END()
