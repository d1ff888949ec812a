// The sum over shards: right, and the same bits whoever computes which piece.
#include "core/training/shard_sum.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/math/random.hpp"

using namespace lengthwise;

namespace {

constexpr std::size_t count = 3000;

std::vector<std::vector<real>> drawn_parts(int shards) {
  std::vector<std::vector<real>> parts;
  for (int s = 0; s < shards; ++s) {
    const random_source draw{static_cast<std::uint64_t>(s), random_stream::conformance};
    parts.emplace_back(count);
    for (std::size_t i = 0; i < count; ++i) parts.back()[i] = static_cast<real>(draw.uniform(i) - 0.5);
  }
  return parts;
}
std::vector<real> summed(const std::vector<std::vector<real>>& parts, std::size_t piece) {
  std::vector<const real*> starts;
  for (const auto& part : parts) starts.push_back(part.data());
  std::vector<real> out(count);
  for (std::size_t at = 0; at < count; at += piece)
    sum_tree(starts.data(), 0, static_cast<int>(parts.size()), at, std::min(piece, count - at), out.data() + at);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shard_sum)

BOOST_AUTO_TEST_CASE(is_near_the_sum_in_double_and_independent_of_the_piece) {
  for (const int shards : {1, 2, 3, 5, 8, 13, 64}) {
    const auto parts = drawn_parts(shards);
    const std::vector<real> sum = summed(parts, sum_piece);
    for (std::size_t i = 0; i < count; ++i) {
      double right = 0;
      for (const auto& part : parts) right += static_cast<double>(part[i]);
      BOOST_TEST_REQUIRE(std::abs(static_cast<double>(sum[i]) - right) < 1e-6 * shards);
    }
    for (const std::size_t piece : {1u, 7u, 100u, 1000u})
      BOOST_TEST(std::memcmp(summed(parts, piece).data(), sum.data(), count * sizeof(real)) == 0,
                 shards << " shards, pieces of " << piece);
  }
}
// Five shards meet as ((0 + 1) + 2) + (3 + 4): the tree is part of every result's identity.
BOOST_AUTO_TEST_CASE(the_tree_is_the_agreed_one) {
  const auto p = drawn_parts(5);
  const std::vector<real> sum = summed(p, sum_piece);
  for (std::size_t i = 0; i < count; ++i)
    BOOST_TEST_REQUIRE(sum[i] == ((p[0][i] + p[1][i]) + p[2][i]) + (p[3][i] + p[4][i]));
}

BOOST_AUTO_TEST_SUITE_END()
