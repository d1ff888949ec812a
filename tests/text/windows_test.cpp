#include "core/text/windows.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "core/storage/errors.hpp"

using namespace lengthwise;

namespace {

std::vector<token_id> counting(std::size_t size) {
  std::vector<token_id> tokens(size);
  std::iota(tokens.begin(), tokens.end(), token_id{0});
  return tokens;
}

// The text's tokens that are scored, by index, each with the number of inputs before it; checks that every window fits.
struct scored_target {
  std::size_t index, context;
};

std::vector<scored_target> scored(const std::vector<evaluation_window>& windows, std::size_t length,
                                  std::size_t split_size) {
  std::vector<scored_target> targets;
  for (const evaluation_window& window : windows) {
    BOOST_REQUIRE(window.start + length + 1 <= split_size);
    BOOST_REQUIRE(window.scored >= 1);
    BOOST_REQUIRE(window.first_scored + window.scored <= length);
    for (std::size_t position = window.first_scored; position < window.first_scored + window.scored; ++position)
      targets.push_back({window.start + position + 1, position + 1});
  }
  return targets;
}

// No target is scored twice and none between two scored ones is left out.
void require_contiguous(const std::vector<scored_target>& targets) {
  for (std::size_t i = 1; i < targets.size(); ++i) BOOST_REQUIRE(targets[i].index == targets[i - 1].index + 1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(training_windows)

BOOST_AUTO_TEST_CASE(are_functions_of_seed_step_and_index) {
  std::set<std::size_t> starts;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    for (std::uint32_t step = 0; step < 4; ++step)
      for (std::size_t index = 0; index < 4; ++index) {
        const std::size_t start = training_window_start(seed, step, index, 1'000'000'000, 128);
        BOOST_TEST(start == training_window_start(seed, step, index, 1'000'000'000, 128));
        starts.insert(start);
      }
  BOOST_TEST(starts.size() == 64u);
}

BOOST_AUTO_TEST_CASE(begin_anywhere_with_equal_chance) {
  const std::size_t split_size = 137, length = 37, places = 100, draws = 100'000;
  std::vector<double> counts(places);
  for (std::size_t draw = 0; draw < draws; ++draw)
    ++counts.at(training_window_start(5, static_cast<std::uint32_t>(draw / 32), draw % 32, split_size, length));
  double chi_square = 0;
  for (const double count : counts) chi_square += (count - 1000) * (count - 1000) / 1000;
  BOOST_TEST(chi_square < 161.3);  // the 99.99% point of 99 degrees of freedom
  BOOST_TEST(chi_square > 53.0);   // and not suspiciously even
}

BOOST_AUTO_TEST_CASE(fit_when_they_barely_fit) {
  for (std::size_t index = 0; index < 100; ++index) BOOST_TEST(training_window_start(1, 0, index, 129, 128) == 0u);
  BOOST_CHECK_EXCEPTION(training_window_start(1, 0, 0, 128, 128), data_error, [](const data_error& problem) {
    const std::string message = problem.what();
    return message.find("128") != std::string::npos && message.find("129") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(have_the_next_token_as_target) {
  const auto split = counting(1000);
  std::vector<token_id> inputs(7 * 16), targets(7 * 16);
  copy_training_windows(split, 3, 9, 0, 16, inputs, targets);
  for (std::size_t row = 0; row < 7; ++row)
    for (std::size_t t = 0; t < 16; ++t) {
      BOOST_REQUIRE(inputs[row * 16 + t] == training_window_start(3, 9, row, 1000, 16) + t);
      BOOST_REQUIRE(targets[row * 16 + t] == inputs[row * 16 + t] + 1);
    }
}

BOOST_AUTO_TEST_CASE(do_not_depend_on_how_the_batch_is_cut) {
  const auto split = counting(5000);
  const std::size_t batch = 12, length = 8;
  std::vector<token_id> inputs(batch * length), targets(batch * length);
  copy_training_windows(split, 1, 2, 0, length, inputs, targets);
  for (const std::size_t shard : {1u, 2u, 3u, 4u, 6u}) {
    std::vector<token_id> some_inputs(shard * length), some_targets(shard * length);
    for (std::size_t first = 0; first < batch; first += shard) {
      copy_training_windows(split, 1, 2, first, length, some_inputs, some_targets);
      BOOST_TEST(std::ranges::equal(some_inputs, std::span(inputs).subspan(first * length, shard * length)));
      BOOST_TEST(std::ranges::equal(some_targets, std::span(targets).subspan(first * length, shard * length)));
    }
  }
}

BOOST_AUTO_TEST_CASE(outside_the_text_are_refused) {
  const auto split = counting(10);
  std::vector<token_id> inputs(4), targets(4), long_inputs(10), long_targets(10);
  BOOST_CHECK_NO_THROW(copy_window(split, 5, inputs, targets));
  BOOST_TEST(targets.back() == 9);
  BOOST_CHECK_THROW(copy_window(split, 6, inputs, targets), std::out_of_range);
  BOOST_CHECK_THROW(copy_window(split, static_cast<std::size_t>(-1), inputs, targets), std::out_of_range);
  BOOST_CHECK_THROW(copy_window(split, 0, long_inputs, long_targets), std::out_of_range);
  BOOST_CHECK_THROW(copy_training_windows(split, 1, 1, 0, 3, inputs, targets), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(evaluation)

BOOST_AUTO_TEST_CASE(windows_by_hand) {
  using windows = std::vector<evaluation_window>;
  BOOST_TEST((non_overlapping_windows(100, 8, 20) == windows{{0, 0, 8}, {8, 0, 8}, {16, 0, 4}}));
  BOOST_TEST((sliding_windows(100, 8, 3, 7) == windows{{0, 5, 3}, {3, 5, 3}, {6, 5, 1}}));
  const std::vector<std::size_t> lengths{4, 8, 16};
  BOOST_TEST((fixed_target_windows(100, 4, lengths, 3, 5) == windows{{12, 1, 3}, {15, 1, 2}}));
  BOOST_TEST((fixed_target_windows(100, 8, lengths, 3, 5) == windows{{8, 5, 3}, {11, 5, 2}}));
  BOOST_TEST((fixed_target_windows(100, 16, lengths, 3, 5) == windows{{0, 13, 3}, {3, 13, 2}}));
}

BOOST_AUTO_TEST_CASE(every_protocol_scores_each_target_once) {
  std::mt19937 random(1);
  for (int time = 0; time < 3000; ++time) {
    std::vector<std::size_t> lengths(1 + random() % 4);
    for (std::size_t& length : lengths) length = 1 + random() % 40;
    const std::size_t longest = std::ranges::max(lengths), shortest = std::ranges::min(lengths);
    const evaluation_plan plan{.split_size = longest + 1 + random() % 200,
                               .lengths = lengths,
                               .stride = 1 + random() % 50,
                               .targets = 1 + random() % 150};
    for (const protocol cut : {protocol::non_overlapping, protocol::sliding, protocol::fixed_targets}) {
      std::vector<std::size_t> first_length_targets;
      for (const std::size_t length : lengths) {
        const auto targets = scored(evaluation_windows(cut, plan, length), length, plan.split_size);
        require_contiguous(targets);

        // As many as wanted, or what is left when no further window fits.
        const std::size_t least_context = cut == protocol::non_overlapping ? 1
                                          : cut == protocol::sliding       ? length - std::min(plan.stride, length) + 1
                                                                     : length - std::min(plan.stride, shortest) + 1;
        const std::size_t step = length - least_context + 1;
        BOOST_REQUIRE(targets.size() <= plan.targets);
        if (targets.size() < plan.targets) BOOST_REQUIRE(targets.back().index + step >= plan.split_size);

        for (const scored_target& target : targets) {
          BOOST_REQUIRE(target.context >= least_context);
          BOOST_REQUIRE(target.context <= length);
        }
        BOOST_REQUIRE(targets.front().index ==
                      (cut == protocol::fixed_targets ? longest - std::min(plan.stride, shortest) + 1 : least_context));
        if (cut == protocol::fixed_targets) {
          std::vector<std::size_t> indices;
          for (const scored_target& target : targets) indices.push_back(target.index);
          if (first_length_targets.empty()) first_length_targets = indices;
          BOOST_REQUIRE(indices == first_length_targets);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stride_of_the_length_is_non_overlapping) {
  BOOST_TEST((sliding_windows(1000, 16, 16, 500) == non_overlapping_windows(1000, 16, 500)));
  BOOST_TEST((sliding_windows(1000, 16, 64, 500) == non_overlapping_windows(1000, 16, 500)));
}

BOOST_AUTO_TEST_CASE(texts_too_short_are_refused_with_numbers) {
  const std::vector<std::size_t> lengths{8, 64};
  BOOST_TEST(non_overlapping_windows(9, 8, 1).size() == 1u);
  BOOST_CHECK_THROW(non_overlapping_windows(8, 8, 1), data_error);
  BOOST_CHECK_THROW(sliding_windows(8, 8, 2, 1), data_error);
  BOOST_TEST(fixed_target_windows(65, 8, lengths, 2, 1).size() == 1u);
  BOOST_CHECK_EXCEPTION(fixed_target_windows(64, 8, lengths, 2, 1), data_error, [](const data_error& problem) {
    const std::string message = problem.what();
    return message.find("64 tokens") != std::string::npos && message.find("65") != std::string::npos;
  });
  BOOST_CHECK_THROW(non_overlapping_windows(100, 0, 1), usage_error);
  BOOST_CHECK_THROW(sliding_windows(100, 8, 0, 1), usage_error);
  BOOST_CHECK_THROW(sliding_windows(100, 8, 2, 0), usage_error);
  BOOST_CHECK_THROW(fixed_target_windows(100, 9, lengths, 2, 1), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(protocols_have_their_configs_names) {
  BOOST_TEST(name_of(protocol::non_overlapping) == "non_overlapping");
  BOOST_TEST((protocol_named("sliding") == protocol::sliding));
  BOOST_TEST((protocol_named("fixed_targets") == protocol::fixed_targets));
  BOOST_TEST(!protocol_named("slidin").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
