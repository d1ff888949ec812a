// Philox as published, and what is drawn from it.
#include "core/math/random.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

using namespace lengthwise;

namespace {

constexpr std::uint64_t joined(std::uint32_t high, std::uint32_t low) { return std::uint64_t(high) << 32 | low; }

}  // namespace

BOOST_AUTO_TEST_SUITE(random_numbers)

// philox4x32-10 of Random123's kat_vectors: counter words 0 to 3, key words 0 and 1, answer.
BOOST_AUTO_TEST_CASE(known_answers) {
  using words = std::array<std::uint32_t, 4>;
  const auto answer = [](words counter, std::uint32_t key0, std::uint32_t key1) {
    return random_source{joined(key1, key0), static_cast<random_stream>(counter[3]), counter[2]}.bits(
        joined(counter[1], counter[0]));
  };
  BOOST_TEST((answer({0, 0, 0, 0}, 0, 0) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  BOOST_TEST((answer({ones, ones, ones, ones}, ones, ones) == words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  BOOST_TEST((answer({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0) ==
              words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

BOOST_AUTO_TEST_CASE(uniform_numbers_have_the_moments_of_the_uniform_distribution) {
  const random_source source{42, random_stream::initial_values};
  constexpr int n = 200000, cells = 64;
  double sum = 0, squares = 0;
  std::vector<int> counts(cells);
  for (std::uint64_t i = 0; i < n; ++i) {
    const double x = source.uniform(i);
    BOOST_TEST_REQUIRE((x >= 0 && x < 1));
    sum += x, squares += x * x, ++counts[static_cast<std::size_t>(x * cells)];
  }
  // Five standard errors each; the seed is fixed, so this is decided once and for all.
  BOOST_TEST(std::abs(sum / n - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
  BOOST_TEST(std::abs(squares / n - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / n));
  double chi = 0;
  for (const int count : counts) chi += std::pow(count - n / cells, 2) / (n / cells);
  BOOST_TEST(std::abs(chi - (cells - 1)) < 5 * std::sqrt(2.0 * (cells - 1)));
}
BOOST_AUTO_TEST_CASE(normal_numbers_have_the_moments_of_the_normal_distribution) {
  const random_source source{42, random_stream::initial_values};
  constexpr int n = 200000;
  double moments[5] = {}, beyond_two = 0;
  for (std::uint64_t i = 0; i < n; ++i) {
    const double x = source.normal(i);
    for (int k = 1; k <= 4; ++k) moments[k] += std::pow(x, k) / n;
    beyond_two += std::abs(x) > 2 ? 1.0 / n : 0;
  }
  // Variances of x, x^2, x^3, x^4: 1, 2, 15, 96.
  BOOST_TEST(std::abs(moments[1]) < 5 * std::sqrt(1.0 / n));
  BOOST_TEST(std::abs(moments[2] - 1) < 5 * std::sqrt(2.0 / n));
  BOOST_TEST(std::abs(moments[3]) < 5 * std::sqrt(15.0 / n));
  BOOST_TEST(std::abs(moments[4] - 3) < 5 * std::sqrt(96.0 / n));
  BOOST_TEST(std::abs(beyond_two - 0.0455003) < 5 * std::sqrt(0.0455 / n));
}
BOOST_AUTO_TEST_CASE(whole_numbers_are_uniform_below_any_count) {
  const random_source source{7, random_stream::training_windows};
  constexpr int n = 70000;
  std::vector<int> counts(7);
  for (std::uint64_t i = 0; i < n; ++i) ++counts.at(source.below(7, i));
  for (const int count : counts) BOOST_TEST(std::abs(count - n / 7) < 5 * std::sqrt(n / 7.0));
  BOOST_TEST(source.below(1, 3) == 0u);
  std::uint64_t largest = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) largest = std::max(largest, source.below(std::uint64_t(1) << 60, i));
  BOOST_TEST(largest > (std::uint64_t(1) << 60) / 100 * 99);
}
BOOST_AUTO_TEST_CASE(draws_do_not_depend_on_their_order) {
  const random_source source{9, random_stream::synthetic_text, 3};
  std::vector<double> forwards, backwards;
  for (std::uint64_t i = 0; i < 100; ++i) forwards.push_back(source.normal(i));
  for (std::uint64_t i = 100; i-- > 0;) backwards.insert(backwards.begin(), source.normal(i));
  BOOST_TEST(forwards == backwards);
}
BOOST_AUTO_TEST_CASE(seed_stream_step_and_index_all_matter) {
  const random_source base{1, random_stream::initial_values, 0};
  const auto first = base.bits(0);
  BOOST_TEST((first != base.bits(1)));
  BOOST_TEST((first != base.bits(std::uint64_t(1) << 32)));
  BOOST_TEST((first != random_source{2, random_stream::initial_values, 0}.bits(0)));
  BOOST_TEST((first != random_source{std::uint64_t(1) << 32 | 1, random_stream::initial_values, 0}.bits(0)));
  BOOST_TEST((first != random_source{1, random_stream::conformance, 0}.bits(0)));
  BOOST_TEST((first != random_source{1, random_stream::initial_values, 1}.bits(0)));
}

BOOST_AUTO_TEST_SUITE_END()
