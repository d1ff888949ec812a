// What attention did: as an evaluation records it, and over the seeds of a curve.
#include "experiments/watched/attention_table.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>

#include "core/storage/npy.hpp"
#include "experiments/terminal/text_grid.hpp"
#include "experiments/watched/recorded_attention.hpp"
#include "tests/experiments/tiny_study.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

BOOST_AUTO_TEST_SUITE(attention_table)

// Weights are shares, no query has more keys in effect than it sees, and nothing lies beyond L where nothing is that
// far.
BOOST_AUTO_TEST_CASE(what_attention_did) {
  const tiny_study s;
  const std::string words =
      "encoding.type=rope train.steps=2 evaluate.attention=true train.length=16 evaluate.stride=8 "
      "evaluate.lengths=[16,48] evaluate.targets=128 evaluate.protocols=[fixed_targets] --output ";
  BOOST_TEST_REQUIRE(s.run(words + s.f.at("one") + " --threads 1").code == 0);
  BOOST_TEST_REQUIRE(s.run(words + s.f.at("two") + " --threads 2").code == 0);
  for (const int length : {16, 48}) {
    const std::string file = "cell/attention/" + std::to_string(length) + "-fixed_targets.npy";
    const auto facts = read_npy<double>(s.f.at("one/" + file));
    BOOST_TEST((facts.values == read_npy<double>(s.f.at("two/" + file)).values));
    BOOST_TEST_REQUIRE(facts.shape[2] == 6U);
    for (std::size_t at = 0; at < facts.values.size(); at += 6) {
      const double entropy = facts.values[at], keys = facts.values[at + 1], first = facts.values[at + 2],
                   beyond = facts.values[at + 3], distance = facts.values[at + 4];
      BOOST_TEST((entropy > 0 && std::exp(entropy) <= keys * (1 + 1e-12) && keys <= length));
      BOOST_TEST((first > 0 && first < 1 && distance > 0 && distance < length));
      BOOST_TEST((length == 16 ? beyond == 0 : beyond > 0 && beyond < 1));
    }
  }
  const std::string shown = program("inspect " + s.f.at("one/cell")).text;
  BOOST_TEST(shown.find("keys in effect") != std::string::npos, shown);
  const std::string table = program("explain --quiet " + s.f.at("two")).text;
  BOOST_TEST(
      found(table,
            "what attention did \\(fixed_targets\\), means over layers and heads; entropy in bits\nlength +(\\S+)") ==
          "entropy",
      table);
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(drawn_columns(line) <= 80u, line);
  s.refused("run " + s.config + " evaluate.attention=true attention.kind=linear --output " + s.f.at("no"), 2,
            "a softmax of each head's own logits");
}
// The numbers of the files, averaged here by hand.
BOOST_AUTO_TEST_CASE(seeds_layers_and_heads_are_averaged) {
  const tiny_study s;
  BOOST_TEST_REQUIRE(s.run("train.steps=2 seed=1,2 evaluate.attention=true train.length=16 evaluate.stride=8 "
                           "evaluate.lengths=[16,48] evaluate.targets=128 "
                           "evaluate.protocols=[non_overlapping,fixed_targets] --output " +
                           s.f.at("two"))
                         .code == 0);
  const measurements m = gather(s.f.at("two"));
  BOOST_TEST_REQUIRE(m.curves.size() == 1u);
  const std::vector<recorded_attention> all = attention_of(m.curves[0]);
  BOOST_TEST_REQUIRE(all.size() == 2u);
  BOOST_TEST((all[0].length == 16 && all[1].length == 48 && all[1].windows == "fixed_targets"));
  double entropy = 0, largest = 0, seeds = 0;
  for (const finished_cell& cell : m.curves[0].cells) {
    const auto facts = read_npy<double>(cell.path / "attention/48-fixed_targets.npy");
    double most = -1e300;
    for (std::size_t at = 0; at < facts.values.size(); at += 6) {
      entropy += facts.values[at] / static_cast<double>(facts.values.size() / 6);
      most = std::max(most, facts.values[at + 5]);
    }
    largest += most, ++seeds;
  }
  BOOST_TEST_REQUIRE(seeds == 2);
  const facts_of_attention means = all[1].over_heads(0, all[1].layers);
  BOOST_TEST(std::abs(means[0] - entropy / 2) < 1e-12);
  // Of a head over seeds, then of all heads: not above the mean of each model's largest.
  BOOST_TEST(means[5] <= largest / 2 + 1e-12);
  // A file that is cut short is left out, and the other seed's stays.
  s.f.write("two/" + m.curves[0].cells[0].folder + "/attention/48-fixed_targets.npy", "nothing");
  BOOST_TEST(attention_of(m.curves[0]).size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
