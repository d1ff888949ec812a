// The stream of records against its definition: a parser that shares nothing with the generator, and the exact
// distribution of small streams by enumeration.
#include "core/text/recall.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "core/text/text_batches.hpp"

using namespace lengthwise;

namespace {

struct parsed {
  bool asks;
  std::string key, value;
};
parsed parse(std::span<const token_id> tokens, const recall_config& c, std::size_t record) {
  const std::string text = byte_tokenizer().decode(
      tokens.subspan(record * static_cast<std::size_t>(c.record()), static_cast<std::size_t>(c.record())));
  BOOST_REQUIRE((text[0] == '=' || text[0] == '?'));
  return {text[0] == '?', text.substr(1, static_cast<std::size_t>(c.key)),
          text.substr(1 + static_cast<std::size_t>(c.key))};
}

// Draws that are given, and the sizes of what was asked for beyond them.
struct script {
  std::vector<std::uint64_t> given;
  mutable std::vector<std::uint64_t> sizes;
  mutable std::vector<bool> is_distance;
  std::uint64_t take(std::uint64_t count, bool distance) const {
    sizes.push_back(count), is_distance.push_back(distance);
    return sizes.size() <= given.size() ? given[sizes.size() - 1] : 0;
  }
  std::uint64_t below(std::uint64_t count, std::uint64_t, int) const { return take(count, false); }
  std::uint64_t distance(int farthest, std::uint64_t) const {
    return 1 + take(static_cast<std::uint64_t>(farthest), true);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(recall)

// Every key is defined once and asked for once, tells the same value, and no other record between has it; the distance
// of each symbol of the answer is the way back to the definition's mark.
BOOST_AUTO_TEST_CASE(records_keep_the_definition_of_the_text) {
  for (const recall_config& c :
       {recall_config{}, recall_config{.alphabet = 5, .keys = 7, .key = 2, .value = 3, .farthest = 100},
        recall_config{.alphabet = 2, .keys = 2, .farthest = 2}}) {
    const corpus text = recall_corpus(c);
    BOOST_TEST_REQUIRE(text.train().size() == 0u);
    const text_part test = text.part_of(text.test());
    BOOST_TEST_REQUIRE(test.tokens.size() > recall_test_tokens - 16);
    const auto symbols = static_cast<std::size_t>(c.record());
    std::map<std::string, std::pair<std::size_t, std::string>> waiting;
    std::set<std::string> values;
    std::size_t definitions = 0, queries = 0, farthest = 0;
    for (std::size_t r = 0; r * symbols < test.tokens.size(); ++r) {
      const parsed p = parse(test.tokens, c, r);
      values.insert(p.value);
      const auto waits = waiting.find(p.key);
      for (std::size_t i = 0; i < symbols; ++i) {
        const std::size_t at = r * symbols + i;
        const bool answer = p.asks && i > static_cast<std::size_t>(c.key);
        if (!answer)
          BOOST_REQUIRE(test.distances[at] == 0);
        else
          BOOST_REQUIRE(at - test.distances[at] == waits->second.first * symbols);
      }
      if (p.asks) {
        BOOST_REQUIRE((waits != waiting.end() && waits->second.second == p.value));
        farthest = std::max(farthest, r - waits->second.first);
        waiting.erase(waits), ++queries;
      } else {
        BOOST_REQUIRE(waits == waiting.end());
        waiting[p.key] = {r, p.value}, ++definitions;
      }
    }
    BOOST_TEST(definitions == queries + waiting.size());
    BOOST_TEST(farthest >= static_cast<std::size_t>(c.farthest));
    BOOST_TEST(farthest <= 2 * static_cast<std::size_t>(c.farthest) + 16);
    BOOST_TEST(static_cast<double>(values.size()) == std::pow(c.alphabet, c.value));
  }
}

// P(D = d) = log((d + 1) / d) / log(farthest + 1): as often between 1 and 2 as between 16 and 33.
BOOST_AUTO_TEST_CASE(distances_are_log_uniform) {
  constexpr int farthest = 64, draws = 200000;
  const recall_drawing drawn{{3, random_stream::recall_text, 7}};
  std::vector<double> counts(farthest + 1);
  for (std::uint64_t slot = 0; slot < draws; ++slot) ++counts.at(drawn.distance(farthest, slot));
  double chi_square = 0;
  for (int d = 1; d <= farthest; ++d) {
    const double expected = draws * std::log((d + 1.0) / d) / std::log(farthest + 1.0);
    chi_square += std::pow(counts[static_cast<std::size_t>(d)] - expected, 2) / expected;
  }
  BOOST_TEST(counts[0] == 0);
  BOOST_TEST(chi_square < 63 + 4 * std::sqrt(2 * 63.0));
}

// The best that any predictor can do, by brute force: all streams of a few records with their probabilities. Whoever
// sees some records before a query knows its answer for certain where the definition is among them, and has nothing
// but a guess where it is not.
BOOST_AUTO_TEST_CASE(the_optimum_is_nothing_or_a_guess) {
  const recall_config c{.alphabet = 2, .keys = 3, .farthest = 3};
  constexpr std::size_t records = 7;
  std::map<std::string, std::map<char, double>> answers;  // by what is seen: probability of each answer
  std::map<std::string, bool> known;                      // whether distances say that the definition is seen
  double whole = 0;
  std::vector<std::uint64_t> path;
  for (bool more = true; more;) {
    script drawn{path, {}, {}};
    recall_records stream(c);
    recall_symbols s;
    for (std::size_t r = 0; r < records; ++r) s.append(stream.next(drawn), c);
    path.resize(drawn.sizes.size());
    double probability = 1;
    for (std::size_t i = 0; i < path.size(); ++i) {
      const auto d = static_cast<double>(path[i] + 1);
      probability *= drawn.is_distance[i] ? std::log((d + 1) / d) / std::log(c.farthest + 1.0)
                                          : 1.0 / static_cast<double>(drawn.sizes[i]);
    }
    whole += probability;
    const std::string text = byte_tokenizer().decode(s.tokens);
    for (std::size_t at = 0; at < text.size(); ++at)
      for (std::size_t begin = 0; s.distances[at] > 0 && begin < at - 2; begin += 3) {
        const std::string seen = std::to_string(begin) + text.substr(begin, at - begin);
        answers[seen][text[at]] += probability;
        known[seen] = s.distances[at] <= at - begin;
      }
    // The next path of the tree.
    while (!path.empty() && path.back() + 1 == drawn.sizes[path.size() - 1]) path.pop_back();
    more = !path.empty();
    if (more) ++path.back();
  }
  BOOST_TEST(whole == 1, boost::test_tools::tolerance(1e-12));
  std::size_t certain = 0, guessed = 0;
  for (const auto& [seen, by_answer] : answers) {
    if (known.at(seen)) {
      BOOST_REQUIRE_MESSAGE(by_answer.size() == 1, seen);
      ++certain;
      continue;
    }
    BOOST_REQUIRE_MESSAGE(by_answer.size() == 2, seen);
    BOOST_REQUIRE_CLOSE(by_answer.begin()->second, by_answer.rbegin()->second, 1e-9);
    ++guessed;
  }
  BOOST_TEST(certain > 100u);
  BOOST_TEST(guessed > 100u);
}

BOOST_AUTO_TEST_CASE(windows_score_answers_whose_definition_they_hold) {
  const recall_config c{.farthest = 8};
  const corpus text = recall_corpus(c);
  const text_part test = text.part_of(text.test());
  const std::vector<evaluation_window> cut = non_overlapping_windows(test.tokens.size(), 32, 3200);
  const evaluation_batches windows(test, cut);
  std::vector<token_id> inputs(32), targets(32);
  std::size_t scored = 0, answers = 0;
  for (std::size_t w = 0; w < windows.count(); ++w) {
    windows.copy(0, w, 32, inputs, targets);
    for (std::size_t i = 0; i < 32; ++i) {
      const std::size_t token = w * 32 + i + 1;
      BOOST_REQUIRE(inputs[i] == test.tokens[token - 1]);
      const std::uint32_t distance = test.distances[token];
      const bool counts = distance > 0 && token - distance >= w * 32;
      BOOST_REQUIRE(targets[i] == (counts ? test.tokens[token] : unscored));
      scored += counts, answers += distance > 0;
    }
  }
  BOOST_TEST(answers > 450u);  // a sixth of all
  BOOST_TEST(scored < answers);
  BOOST_TEST(scored > answers / 2);
  // Windows read from half of them on score the same targets.
  std::vector<evaluation_window> halves = sliding_windows(test.tokens.size(), 32, 16, 1600);
  const evaluation_batches whole(test, halves);
  for (evaluation_window& w : halves) w.start += 16, w.first_scored -= 16;
  const evaluation_batches half(test, halves, 16);
  std::vector<token_id> own(16), own_targets(16);
  for (std::size_t w = 0; w < whole.count(); ++w) {
    whole.copy(0, w, 32, inputs, targets);
    half.copy(0, w, 16, own, own_targets);
    BOOST_REQUIRE(std::ranges::equal(std::span(inputs).last(16), own));
    BOOST_REQUIRE(std::ranges::equal(std::span(targets).last(16), own_targets));
  }
}

// A function of its arguments: whoever asks for which sequences together cannot be seen.
BOOST_AUTO_TEST_CASE(training_sequences_are_pure_and_of_all_phases) {
  const recall_config c{.farthest = 8};
  const recall_sequences source(c, 5);
  constexpr std::size_t length = 40, sequences = 60;
  std::vector<token_id> inputs(length * sequences), targets(inputs.size()), one(length), one_target(length);
  source.copy(3, 0, length, inputs, targets);
  std::set<std::size_t> phases;
  std::set<std::vector<token_id>> different;
  std::size_t scored = 0;
  for (std::size_t i = 0; i < sequences; ++i) {
    source.copy(3, i, length, one, one_target);
    BOOST_REQUIRE(std::ranges::equal(std::span(inputs).subspan(i * length, length), one));
    BOOST_REQUIRE(std::ranges::equal(std::span(targets).subspan(i * length, length), one_target));
    different.insert(one);
    const std::string text = byte_tokenizer().decode(one);
    phases.insert(text.find_first_of("=?"));
    for (std::size_t t = 0; t < length; ++t) {
      if (one_target[t] == unscored) continue;
      ++scored;
      // The answer follows its key, which was defined before in the same sequence.
      BOOST_REQUIRE((t >= 1 && text[t - 1] == '?'));
      const std::size_t definition = text.rfind(std::string("=") + text[t], t - 2);
      BOOST_REQUIRE(definition != std::string::npos);
      BOOST_REQUIRE(text[definition + 2] == static_cast<char>(one_target[t]));
    }
  }
  BOOST_TEST(different.size() == sequences);
  BOOST_TEST((phases == std::set<std::size_t>{0, 1, 2}));
  BOOST_TEST(scored > sequences * 3);
  const recall_sequences other_seed(c, 6);
  other_seed.copy(3, 0, length, one, one_target);
  BOOST_TEST(!different.contains(one));
  source.copy(4, 0, length, one, one_target);
  BOOST_TEST(!different.contains(one));
  // With every symbol trained on, targets are the inputs that follow.
  recall_config every = c;
  every.train_on = recall_training::everything;
  recall_sequences(every, 5).copy(3, 0, length, one, one_target);
  BOOST_TEST(std::equal(one.begin() + 1, one.end(), one_target.begin()));
}

BOOST_AUTO_TEST_CASE(too_few_keys_are_refused) {
  BOOST_TEST(recall_config{}.problem().empty());
  BOOST_TEST(!(recall_config{.keys = 30, .farthest = 1000}.problem().empty()));
  BOOST_TEST((recall_config{.keys = 30, .key = 2, .farthest = 1000}.problem().empty()));
}

BOOST_AUTO_TEST_SUITE_END()
