// Two studies side by side: what is paired is what they share, and a difference is that of their losses.
#include "experiments/overview/comparison.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "core/storage/npy.hpp"
#include "experiments/terminal/text_grid.hpp"
#include "tests/experiments/tiny_study.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

// Of all targets that a cell scored at a length by fixed targets, in bits.
double mean_bits(const std::string& study, const std::string& cell, int length) {
  const auto losses = read_npy<float>(study + "/" + cell + "/nll/" + std::to_string(length) + "-fixed_targets.npy");
  double sum = 0, count = 0;
  for (const float x : losses.values)
    if (!std::isnan(x)) sum += static_cast<double>(x), ++count;
  return sum / count / std::numbers::ln2;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(comparison)

BOOST_AUTO_TEST_CASE(pairs_are_what_both_have_and_differences_those_of_their_losses) {
  const tiny_study s;
  const std::string read =
                        " evaluate.protocols=[fixed_targets] evaluate.lengths=[16,32] evaluate.stride=8 "
                        "evaluate.targets=256 train.length=16 --output ",
                    a = s.f.at("shorter"), b = s.f.at("longer");
  BOOST_TEST_REQUIRE(s.run("encoding.type=rope,alibi,none seed=1,2 train.steps=2" + read + a).code == 0);
  BOOST_TEST_REQUIRE(s.run("encoding.type=alibi,xpos,rope seed=1,2,3 train.steps=12" + read + b).code == 0);
  const auto list = nlohmann::json::parse(program("compare " + a + " " + b + " --json").text);
  BOOST_TEST_REQUIRE(list.size() == 4u);  // two curves, two lengths
  for (const auto& item : list) {
    const std::string curve = item["curve"];
    BOOST_TEST((curve == "rope" || curve == "alibi"));
    BOOST_TEST(item["seeds"] == 2);
    BOOST_TEST(item["targets"] == 256);
    double difference = 0;
    for (const char* seed : {"1", "2"}) {
      const std::string cell = "encoding.type=" + curve + ",seed=" + seed;
      difference += (mean_bits(b, cell, item["length"]) - mean_bits(a, cell, item["length"])) / 2;
    }
    BOOST_TEST(std::abs(item["bits_less"].get<double>() - difference) < 1e-6);
    BOOST_TEST((item["interval"][0] < item["bits_less"] && item["bits_less"] < item["interval"][1]));
  }
  const outcome text = program("compare " + a + " " + b);
  BOOST_TEST(text.code == 0);
  for (const char* words : {"longer less shorter", "train.steps is 2 there and 12 here", "only in", "none", "xpos"})
    BOOST_TEST(text.text.find(words) != std::string::npos, words << " in\n" << text.text);
  std::istringstream lines(text.text);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(drawn_columns(line) <= 80u, line);

  // Two single cells are compared whatever they are called; the study with itself differs in nothing.
  BOOST_TEST_REQUIRE(s.run("encoding.type=fire train.steps=1" + read + s.f.at("fire")).code == 0);
  BOOST_TEST_REQUIRE(s.run("encoding.type=none train.steps=1" + read + s.f.at("none")).code == 0);
  BOOST_TEST(program("compare " + s.f.at("fire") + " " + s.f.at("none")).text.find("none less fire") !=
             std::string::npos);
  for (const auto& item : nlohmann::json::parse(program("compare " + a + " " + a + " --json").text))
    BOOST_TEST((item["bits_less"] == 0 && item["told_apart"] == false));
  s.refused("compare " + a + " " + s.f.at("fire"), 2, "share no curve");
  s.refused("compare " + a, 2, "compare");
}

BOOST_AUTO_TEST_SUITE_END()
