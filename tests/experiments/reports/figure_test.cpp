// What stands in a figure, read from the SVG that gnuplot draws: labels, numbers, and all of it on the canvas.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <regex>
#include <set>

#include "tests/experiments/made_up_study.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;

namespace {

struct placed_text {
  double x, y;
  std::string text;
};
struct picture {
  double width = 0, height = 0;
  std::vector<placed_text> texts;

  std::vector<std::string> that(const std::string& pattern) const {
    std::vector<std::string> all;
    for (const placed_text& t : texts)
      if (std::regex_match(t.text, std::regex(pattern))) all.push_back(t.text);
    return all;
  }
};

picture drawn(const std::string& study, const std::string& file, const std::string& words) {
  const outcome o = program("report " + study + " --figure " + file + words);
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const std::string svg = contents(file);
  picture p;
  std::smatch size;
  BOOST_TEST_REQUIRE(std::regex_search(svg, size, std::regex("viewBox=\"0 0 ([0-9.]+) ([0-9.]+)\"")));
  p.width = std::stod(size[1]), p.height = std::stod(size[2]);
  const std::regex text("translate\\(([-0-9.]+),([-0-9.]+)\\)[^<]*>\\s*<text>(?:<tspan[^>]*>)?\\s*([^<]*)<");
  for (std::sregex_iterator at(svg.begin(), svg.end(), text), end; at != end; ++at)
    p.texts.push_back({std::stod((*at)[1]), std::stod((*at)[2]), (*at)[3]});
  return p;
}

picture drawn(const made_up_study& s) { return drawn(s.path.string(), s.at("figure.svg"), ""); }

// Perplexities and lengths as they are written at axes.
const std::string number = "[0-9][0-9,.]*(e[+-][0-9]+)?";

}  // namespace

BOOST_AUTO_TEST_SUITE(figures)

BOOST_AUTO_TEST_CASE(have_the_lengths_and_two_numbers_at_each_axis) {
  for (const auto& [perplexities, lengths] : {std::pair{std::vector<std::pair<int, double>>{{300, 91.3}, {500, 92.9}},
                                                        std::vector<std::string>{"300", "500"}},
                                              {{{64, 5.0}}, {"64"}},
                                              {{{128, 1.5}, {256, 1e28}}, {"128", "256"}},
                                              {{{128, 1234567.1}, {256, 1234567.9}}, {"128", "256"}}}) {
    made_up_study s;
    s.add({.perplexities = perplexities});
    const std::vector<std::string> numbers = drawn(s).that(number);
    for (const std::string& length : lengths) BOOST_TEST((std::ranges::find(numbers, length) != numbers.end()), length);
    const std::set<std::string> different(numbers.begin(), numbers.end());
    BOOST_TEST((different.size() == numbers.size() && different.size() >= 4 && different.size() <= 16));
  }
}

BOOST_AUTO_TEST_CASE(draw_a_mean_whose_deviation_reaches_below_the_axis) {
  made_up_study s;
  int seed = 0;
  for (const double perplexity : {2.0, 300.0, 1.5})
    s.add({.seed = ++seed, .perplexities = {{64, perplexity}, {128, 1e3 * perplexity}}});
  BOOST_TEST(drawn(s).that("rope").size() == 1u);
}

// What is not highlighted is grey, its label too.
BOOST_AUTO_TEST_CASE(show_what_is_highlighted_before_grey) {
  made_up_study s;
  for (const char* encoding : {"rope", "alibi", "none"}) s.add({.encoding = encoding});
  const auto greys = [&](const std::string& words) {
    const outcome o = program("report " + s.path.string() + " --figure " + s.at("figure.svg") + words);
    BOOST_TEST_REQUIRE(o.code == 0, o.text);
    const std::string svg = contents(s.path / "figure.svg");
    const std::regex label("fill=\"rgb\\(180,180,180\\)\"[^>]*>\\s*<text>(?:<tspan[^>]*>)?\\s*([^<]*)<");
    std::set<std::string> found;
    for (std::sregex_iterator at(svg.begin(), svg.end(), label), end; at != end; ++at) found.insert((*at)[1]);
    return found;
  };
  BOOST_TEST(greys("").empty());
  BOOST_TEST((greys(" --highlight alibi") == std::set<std::string>{"rope", "none"}));
  BOOST_TEST((greys(" --highlight alibi --highlight none") == std::set<std::string>{"rope"}));
  const outcome refused = program("report " + s.path.string() + " --figure " + s.at("f.svg") + " --highlight alibo");
  BOOST_TEST(refused.code == 2);
  BOOST_TEST(refused.text.find("did you mean alibi?") != std::string::npos, refused.text);
}

// Labels stand at their curves' ends: the other curve's is above the reference's where the program's CSV says that it
// is worse, and below it from the other's point of view.
BOOST_FIXTURE_TEST_CASE(show_differences_to_a_reference, tiny_study) {
  const std::string folder = f.at("study");
  BOOST_TEST_REQUIRE(
      program(
          "run " + config +
          " encoding.type=rope,alibi train.steps=3 evaluate.lengths=[16,64] evaluate.protocols=[sliding] --output " +
          folder)
          .code == 0);
  BOOST_TEST_REQUIRE(program("report " + folder + " --differences " + f.at("d.csv")).code == 0);
  const std::string csv = contents(f.path / "d.csv");
  std::smatch row;
  const std::regex pair("rope,alibi,[0-9]+,64,sliding,[0-9]+,[0-9]+,(-?)");
  BOOST_TEST_REQUIRE(std::regex_search(csv, row, pair), csv);
  const bool alibi_is_worse = row[1] == "-";
  for (const std::string reference : {"rope", "alibi"}) {
    const picture p = drawn(folder, f.at("d.svg"), " --reference " + reference);
    BOOST_TEST(p.that("bits per byte above " + reference).size() == 1u);
    BOOST_TEST(p.that("perplexity").empty());
    BOOST_TEST(p.that("0").size() == 1u);
    std::map<std::string, double> height;
    for (const placed_text& t : p.texts) height[t.text] = t.y;
    BOOST_TEST_REQUIRE((height.contains("rope") && height.contains("alibi")));
    BOOST_TEST((height["alibi"] < height["rope"]) == alibi_is_worse);  // y counts from above
  }

  made_up_study without;
  without.add({.encoding = "rope"});
  const outcome refused =
      program("report " + without.path.string() + " --figure " + without.at("d.svg") + " --reference rope");
  BOOST_TEST(refused.code == 2);
  BOOST_TEST(refused.text.find("no losses can be paired") != std::string::npos, refused.text);
}

BOOST_AUTO_TEST_CASE(have_room_for_every_label_and_tell_all_apart) {
  made_up_study s;
  for (int i = 0; i < 40; ++i)
    s.add({.encoding = i % 2 == 0 ? "rope" : "alibi",
           .varied = {{"corpus.path", "/a/folder/that/all/of/the/texts/share/text-" + std::to_string(i) + ".txt"}},
           .perplexities = {{64, 5 + 0.01 * i}, {128, 6 + 0.01 * i}},
           .text = std::to_string(i)});
  const picture p = drawn(s);
  std::vector<double> heights;
  std::set<std::string> labels;
  for (const placed_text& t : p.texts) {
    if (t.text.find("path=") == t.text.npos) continue;
    heights.push_back(t.y);
    labels.insert(t.text);
    // No character is wider than 0.7 of the font's height of 13.
    BOOST_TEST(t.x + 0.7 * 13 * static_cast<double>(t.text.size()) <= p.width + 0.7 * 13 * 3, t.text);
    BOOST_TEST((t.y > 0 && t.y < p.height), t.text);
  }
  BOOST_TEST(labels.size() == 40u);
  std::ranges::sort(heights);
  for (std::size_t i = 1; i < heights.size(); ++i) BOOST_TEST(heights[i] - heights[i - 1] > 13);
  for (int i = 0; i < 40; ++i)
    BOOST_TEST(std::ranges::any_of(
        labels, [&](const std::string& l) { return l.ends_with("text-" + std::to_string(i) + ".txt"); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
