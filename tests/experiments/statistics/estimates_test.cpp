// Means and how sure they are: numbers by hand, and how often intervals hold the truth.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <xtensor/xadapt.hpp>

#include "core/math/random.hpp"
#include "experiments/measured/block_losses.hpp"

namespace lengthwise {
namespace {

recorded_losses side_by_side(int windows, int length, auto&& loss) {
  recorded_losses r{xt::zeros<float>({windows, length}), xt::zeros<std::int64_t>({windows, 2})};
  for (int w = 0; w < windows; ++w) {
    r.windows(static_cast<std::size_t>(w), 1) = w * length;
    for (int i = 0; i < length; ++i)
      r.losses(static_cast<std::size_t>(w), static_cast<std::size_t>(i)) = static_cast<float>(loss(w * length + i, i));
  }
  return r;
}
estimate mean_over(const std::vector<recorded_losses>& seeds, protocol p) {
  std::vector<block_losses> all;
  for (const recorded_losses& r : seeds) all.push_back(in_blocks(r, p));
  std::vector<const block_losses*> pointers;
  for (const block_losses& b : all) pointers.push_back(&b);
  return mean_of(together(pointers));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(estimates)

BOOST_AUTO_TEST_CASE(numbers_by_hand) {
  const auto near = boost::test_tools::tolerance(1e-12);
  // Two seeds, four blocks of 2, 2, 2 and 1 targets. By seed: 14/7 and 21/7; by block, over seeds: 2, 3, 5, 7.5 in
  // sums.
  const block_sums b{{{1, 2, 4, 7}, {3, 4, 6, 8}}, {2, 2, 2, 1}, {0, 0, 0, 0}};
  const estimate e = mean_of(b);
  BOOST_TEST(e.value == 2.5, near);
  BOOST_TEST(e.of_seeds == 0.5, near);  // deviation 1/sqrt(2) over sqrt(2)
  // What is left of the sums: -3, -2, 0, 5; squares 38, times 4/3, over 7 squared.
  BOOST_TEST(e.of_text == std::sqrt(38 * 4 / 3.0) / 7, near);
  BOOST_TEST((e.seed_freedom == 1 && e.text_freedom == 3));
  BOOST_TEST(e.covers() == "seeds and text");
  // Welch and Satterthwaite: (a + b)^2 / (a^2 / 1 + b^2 / 3) degrees of freedom, with squares a = 1/4, b = 152/147.
  const double a2 = 0.25, b2 = 152 / 147.0, freedom = (a2 + b2) * (a2 + b2) / (a2 * a2 + b2 * b2 / 3);
  BOOST_TEST(freedom > 3.9);
  BOOST_TEST(freedom < 4);
  BOOST_TEST(e.interval() / e.error() > 2.776);  // t of 4 degrees of freedom, and of 3
  BOOST_TEST(e.interval() / e.error() < 3.182);
  // One seed: the text alone. One block of each stratum: they are compared with each other.
  const estimate alone = mean_of(block_sums{{{1, 2, 4, 7}}, {2, 2, 2, 1}, {0, 1, 2, 3}});
  BOOST_TEST((alone.of_seeds == 0 && alone.covers() == "text"));
  BOOST_TEST(alone.of_text == std::sqrt((9 + 4 + 0 + 25) * 4 / 3.0) / 7, near);
  BOOST_TEST(alone.interval() == 3.18244630528371 * alone.of_text, boost::test_tools::tolerance(1e-9));
  // What differs between strata is no chance.
  const estimate apart = mean_of(block_sums{{{1, 3, 10, 12}}, {1, 1, 1, 1}, {0, 0, 1, 1}});
  BOOST_TEST(apart.of_text == std::sqrt(2 * 2 + 2 * 2.0) / 4, near);
  BOOST_TEST(apart.text_freedom == 2);
  BOOST_TEST(mean_of(block_sums{{{5}}, {2}, {0}}).covers() == "");
  // Perplexities whose squares no double holds.
  const std::vector<double> large{1e200, 3e200};
  BOOST_TEST(statistics_of(large).deviation == std::sqrt(2) * 1e200, near);
  BOOST_TEST(mean_of(statistics_of(large)).interval() == 12.706204736174707e200, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(blocks_are_of_neighbours_in_the_text) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // Windows of 20 side by side: blocks of 16 and 4, of two places.
  const block_losses beside = in_blocks(side_by_side(3, 20, [](int, int) { return 1.0; }), protocol::non_overlapping);
  BOOST_TEST((beside.counts == xt::xtensor<double, 1>{16, 4, 16, 4, 16, 4}));
  BOOST_TEST((beside.strata == xt::xtensor<std::size_t, 1>{0, 1, 0, 1, 0, 1}));
  // Windows that slide by 4 score on and on; a document's end, and a gap, end a block.
  recorded_losses sliding{xt::zeros<float>({8, 6}), xt::zeros<std::int64_t>({8, 2})};
  for (std::size_t w = 0; w < 8; ++w) {
    sliding.losses(w, 0) = sliding.losses(w, 1) = nan;
    sliding.windows(w, 0) = w < 5 ? 0 : 3;
    sliding.windows(w, 1) = static_cast<std::int64_t>(w < 5 ? 4 * w : 4 * (w - 5) + (w == 7 ? 1 : 0));
  }
  const block_losses on = in_blocks(sliding, protocol::sliding);
  BOOST_TEST((on.counts == xt::xtensor<double, 1>{16, 4, 8, 4}));
  // Another document is another text, also where its bytes happen to be counted on.
  recorded_losses counted_on = sliding;
  for (std::size_t w = 0; w < 8; ++w) counted_on.windows(w, 1) = static_cast<std::int64_t>(4 * w);
  BOOST_TEST((in_blocks(counted_on, protocol::sliding).counts == xt::xtensor<double, 1>{16, 4, 12}));
  recorded_losses moved = sliding;
  moved.windows(7, 1) += 1;
  BOOST_TEST(!on.same_targets(in_blocks(moved, protocol::sliding)));
  moved = sliding;
  std::swap(moved.losses(0, 0), moved.losses(0, 5));
  BOOST_TEST(!on.same_targets(in_blocks(moved, protocol::sliding)));
}

// Losses of seeds that share a text: a text's noise lasts for eight bytes, each seed has its own level, and contexts of
// a window cost what they cost. The truth is the mean over all texts and seeds.
BOOST_AUTO_TEST_CASE(intervals_hold_the_truth_as_often_as_they_say) {
  const int windows = 24, length = 48, times = 400;
  const auto cost = [](int position) { return 4.0 / (position + 1); };
  double truth = 0;
  for (int i = 0; i < length; ++i) truth += cost(i) / length;
  for (const int count : {1, 3}) {
    int held = 0, of_seeds_alone = 0, independent = 0;
    for (int time = 0; time < times; ++time) {
      const random_source source{static_cast<std::uint64_t>(time + 1000 * count), random_stream::conformance};
      std::vector<recorded_losses> seeds;
      for (int s = 0; s < count; ++s) {
        // A single seed is no sample of seeds: what it tells is of itself.
        const double level = count == 1 ? 0 : 0.03 * source.normal(static_cast<std::uint64_t>(1'000'000 + s));
        seeds.push_back(side_by_side(windows, length, [&](int byte, int position) {
          return cost(position) + level + source.normal(static_cast<std::uint64_t>(byte / 8)) +
                 0.2 * source.normal(static_cast<std::uint64_t>(10'000 * (s + 1) + byte));
        }));
      }
      const estimate e = mean_over(seeds, protocol::non_overlapping);
      held += std::abs(e.value - truth) <= e.interval();
      estimate seeds_alone = e;
      seeds_alone.of_text = 0;
      of_seeds_alone += count > 1 && std::abs(e.value - truth) <= seeds_alone.interval();
      independent += std::abs(e.value - truth) <= 1.96 * std::sqrt(1.04 / (windows * length));
    }
    BOOST_TEST(held >= 0.92 * times, count << " seeds: " << held);
    BOOST_TEST(held <= 0.99 * times, count << " seeds: " << held);
    // What each of the two parts alone would claim.
    if (count > 1) BOOST_TEST(of_seeds_alone < 0.8 * times, of_seeds_alone);
    BOOST_TEST(independent < 0.6 * times, independent);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
