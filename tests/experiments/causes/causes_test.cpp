// Verdicts on made-up losses whose answer is plain.
#include "experiments/causes/causes.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <numbers>

#include "core/math/random.hpp"

using namespace lengthwise;

namespace {

// What each view adds to a target's own loss, in bits.
using costs = std::map<std::string, double>;

// Losses of 64 windows of which the last 16 targets count: the text's own, the same in every view, and noise of its
// own in each.
viewed_model model_of(const costs& added, std::uint64_t seed, double noise = 0.2) {
  const random_source text{1, random_stream::conformance}, own{seed, random_stream::conformance};
  viewed_model m;
  std::uint64_t drawn = 0;
  for (const auto& [view, bits] : added) {
    recorded_losses r{xt::xtensor<float, 2>::from_shape({64, 32}), xt::xtensor<std::int64_t, 2>::from_shape({64, 2})};
    for (std::size_t w = 0; w < 64; ++w) {
      r.windows(w, 0) = 0, r.windows(w, 1) = static_cast<std::int64_t>(100 * w);
      for (std::size_t i = 0; i < 32; ++i)
        r.losses(w, i) = i < 16 ? std::numeric_limits<float>::quiet_NaN()
                                : static_cast<float>(2 + text.normal(w * 32 + i) +
                                                     (bits + noise * own.normal(++drawn)) * std::numbers::ln2);
    }
    m.push_back({view, in_blocks(r, protocol::fixed_targets)});
  }
  return m;
}
causes found(const costs& added) {
  std::vector<viewed_model> seeds;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) seeds.push_back(model_of(added, seed));
  return *causes_of(seeds);
}
std::string_view said(const costs& added) { return words_of(diagnose(found(added))); }

}  // namespace

BOOST_AUTO_TEST_SUITE(causes_of_harm)

BOOST_AUTO_TEST_CASE(parts_are_differences_between_views_in_bits) {
  const causes c = found({{"raw", 3.7},
                          {"cropped", 0},
                          {"crowd", 0.1},
                          {"thin", 1.8},
                          {"offset", 0},
                          {"tempered", 3.5},
                          {"foreign", 3.75}});
  BOOST_TEST(c.seeds == 3u);
  BOOST_TEST(c.targets == 64 * 16);
  const auto near = [](const std::optional<estimate>& e, double bits) {
    BOOST_REQUIRE(e.has_value());
    BOOST_TEST(std::abs(e->value - bits) < 0.03, e->value << ", not " << bits);
    BOOST_TEST(std::abs(e->value - bits) < 2 * e->interval());
  };
  near(c.harm, 3.7), near(c.number, 0.1), near(c.distance, 1.8), near(c.position, 0), near(c.dilution, 0.2),
      near(c.use, 0.05);
}

BOOST_AUTO_TEST_CASE(verdicts_by_the_stated_rule) {
  const costs calm{{"raw", 0},    {"cropped", 0},  {"crowd", 0},  {"thin", 0},
                   {"offset", 0}, {"tempered", 0}, {"foreign", 0}};
  const auto with = [&](const costs& changed) {
    costs all = calm;
    for (const auto& [view, bits] : changed) all[view] = bits;
    return all;
  };
  BOOST_TEST(said(calm) == "holds");
  BOOST_TEST(said(with({{"raw", -0.1}})) == "holds");
  BOOST_TEST(said(with({{"raw", 1.6}, {"crowd", 1.6}, {"tempered", 1.4}})) == "breaks by number");
  BOOST_TEST(said(with({{"raw", 3.7}, {"crowd", 0.1}, {"thin", 1.8}, {"tempered", 3.6}})) == "breaks by distance");
  BOOST_TEST(said(with({{"raw", 3.0}, {"thin", 1.8}, {"offset", 2.2}, {"tempered", 2.9}})) == "breaks by position");
  BOOST_TEST(said(with({{"raw", 1.0}, {"crowd", 0.1}, {"tempered", 0.2}})) == "breaks by dilution");
  BOOST_TEST(said(with({{"raw", 2.0}, {"crowd", 0.9}, {"thin", 1.0}, {"tempered", 2.0}})) == "breaks by several");
  BOOST_TEST(said(with({{"raw", 1.6}, {"crowd", 1.6}, {"thin", 1.2}, {"tempered", 1.6}})) == "breaks by number");
  BOOST_TEST(said(with({{"raw", 1.6}, {"crowd", 0.9}, {"thin", 1.6}, {"tempered", 1.6}})) == "breaks by distance");
  BOOST_TEST(said(with({{"raw", 2.0}, {"tempered", 2.0}})) == "cannot be told");
}

// Views that an encoding has no meaning for leave their part unknown, and the others decide.
BOOST_AUTO_TEST_CASE(what_is_not_known_does_not_decide) {
  const causes c = found({{"raw", 2}, {"cropped", 0}, {"offset", 1.5}});
  BOOST_TEST(!c.number.has_value());
  BOOST_TEST(!c.use.has_value());
  BOOST_TEST(words_of(diagnose(c)) == "breaks by position");
  BOOST_TEST(!causes_of({model_of({{"raw", 1}}, 1)}).has_value());
}

BOOST_AUTO_TEST_CASE(the_sentence_says_shares_and_use) {
  const std::string broken = sentence_of(found({{"raw", 3.7},
                                                {"cropped", 0},
                                                {"crowd", 0},
                                                {"thin", 1.85},
                                                {"offset", 0},
                                                {"tempered", 3.7},
                                                {"foreign", 3.7}}));
  BOOST_TEST(broken.find("breaks by distance: 50 % of +3.7") == 0u, broken);
  BOOST_TEST(broken.find("the far text is not used") != std::string::npos, broken);
  const std::string used = sentence_of(found({{"raw", 0}, {"cropped", 0.3}, {"foreign", 0.3}}));
  BOOST_TEST(used.find("holds") == 0u, used);
  BOOST_TEST(used.find("the far text is worth 0.3") != std::string::npos, used);
}

BOOST_AUTO_TEST_SUITE_END()
