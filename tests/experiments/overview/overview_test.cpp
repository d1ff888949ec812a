// The first screen of a report: it fits, its best is the best, and ties are those of an interval computed here by hand.
#include "experiments/overview/overview.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>

#include "core/storage/npy.hpp"
#include "experiments/overview/ranking.hpp"
#include "experiments/overview/selection.hpp"
#include "experiments/terminal/text_grid.hpp"
#include "tests/experiments/made_up_study.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {
namespace {

using testing::made_up_cell, testing::made_up_study, testing::program;

constexpr int windows = 40, width = 16;
constexpr std::size_t screen_width = 80, screen_lines = 30;

// Losses in nats of windows side by side: those of every target are `mean` and what depends on target and noise.
void write_losses(const std::filesystem::path& cell, int length, double mean, double noise, unsigned salt) {
  std::vector<float> values;
  std::vector<std::int64_t> places;
  for (unsigned w = 0; w < windows; ++w) {
    places.insert(places.end(), {0, static_cast<std::int64_t>(w) * width});
    for (unsigned i = 0; i < width; ++i) {
      const double shared = (w * 7919U + i * 104729U) % 1000 / 500.0;
      // Neighbours agree in their noise, so that a block of them has it whole.
      const double own = ((w * 2654435761U + salt * 40503U) % 1000 / 500.0 - 1) * noise;
      values.push_back(static_cast<float>(mean + shared + own));
    }
  }
  std::filesystem::create_directories(cell / "nll");
  std::filesystem::create_directories(cell / "windows");
  const auto write = [](const std::filesystem::path& file, const std::vector<std::byte>& bytes) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  const std::string name = std::to_string(length) + "-sliding.npy";
  write(cell / "nll" / name, npy_bytes<float>(values, {windows, width}));
  write(cell / "windows" / name, npy_bytes<std::int64_t>(places, {windows, 2}));
}

std::size_t lines_of(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

}  // namespace

BOOST_AUTO_TEST_SUITE(overview)

BOOST_AUTO_TEST_CASE(ties_are_where_the_paired_interval_reaches_zero) {
  made_up_study s;
  for (const auto& [encoding, perplexity] : {std::pair{"rope", 4.1}, {"alibi", 4.0}, {"none", 5.0}})
    s.add({.encoding = encoding, .perplexities = {{width, perplexity}}});
  // alibi is the best; rope is behind it by 0.02 nats with noise of its own, none by 0.2.
  write_losses(s.path / "cell0", width, 1.02, 0.3, 1);
  write_losses(s.path / "cell1", width, 1.00, 0.3, 2);
  write_losses(s.path / "cell2", width, 1.20, 0.3, 3);
  const measurements m = gather(s.path);
  const ranking r = rank(m, protocol::sliding, width);
  BOOST_TEST_REQUIRE(r.best.has_value());
  BOOST_TEST(*r.best == 1u);
  BOOST_TEST_REQUIRE(r.others.size() == 2u);
  BOOST_TEST(r.others[0].curve == 0u);
  BOOST_TEST(r.is_tied(0));
  BOOST_TEST(!r.is_tied(2));
  // By hand: a block is a window; its standard error from the windows' mean differences; t of 39 degrees is 2.0227.
  double sum = 0, squares = 0;
  for (unsigned w = 0; w < windows; ++w) {
    const auto own = [&](unsigned salt) { return ((w * 2654435761U + salt * 40503U) % 1000 / 500.0 - 1) * 0.3; };
    const double d = (0.02 + own(1) - own(2)) / std::log(2.0);
    sum += d, squares += d * d;
  }
  const double mean = sum / windows, error = std::sqrt((squares / windows - mean * mean) / (windows - 1));
  BOOST_TEST(r.others[0].above->mean.value == mean, boost::test_tools::tolerance(1e-4));
  BOOST_TEST(r.others[0].above->mean.interval() == 2.0227 * error, boost::test_tools::tolerance(0.02));
  const std::string text = overview_text(m, {});
  BOOST_TEST(text.find("a tie with rope\n") != std::string::npos, text);
  BOOST_TEST(text.find("4.00*") != std::string::npos, text);
  BOOST_TEST(text.find("4.10*") != std::string::npos, text);
  BOOST_TEST(text.find("5.00*") == std::string::npos, text);
  // As differences: what is said is what was computed.
  const std::string differences = overview_text(m, {.reference = curve_named(m, "alibi")});
  BOOST_TEST(differences.find("none") != std::string::npos);
  BOOST_TEST(
      testing::found(differences, "none +(\\S+) ±") == "+0.2" + testing::found(differences, "none +\\+0\\.2(\\S+) ±"),
      differences);
}

BOOST_AUTO_TEST_CASE(fits_a_screen_whatever_the_study) {
  made_up_study s;
  int curves = 0;
  for (int steps = 100; steps <= 500; steps += 100)
    for (const char* encoding : {"rope", "alibi", "kerple_log", "forgetting", "transformer_xl", "none", "sinusoidal"}) {
      made_up_cell c{.encoding = encoding, .perplexities = {}};
      c.varied = {{"train.steps", steps}};
      for (int length = 128; length <= 1 << 16; length *= 2) c.perplexities.emplace_back(length, 3 + ++curves / 10.0);
      s.add(c);
      c.seed = 2;
      s.add(c);
    }
  const measurements m = gather(s.path);
  const std::string text = overview_text(m, {screen_width, screen_lines, {}});
  BOOST_TEST(lines_of(text) <= screen_lines, text);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) BOOST_TEST(drawn_columns(line) <= screen_width, line);
  BOOST_TEST(text.find("\nrope, steps=100") != std::string::npos, text);  // the best at the longest length
  BOOST_TEST(text.find("65,536") != std::string::npos, text);
  BOOST_TEST(text.find("more lengths and ") != std::string::npos, text);
  const testing::outcome o = program("report " + s.path.string());
  BOOST_TEST(lines_of(o.text) <= screen_lines, o.text);
}

BOOST_AUTO_TEST_CASE(selects_by_what_configs_say) {
  made_up_study s;
  for (const char* encoding : {"rope", "alibi"})
    for (const int seed : {1, 2}) {
      made_up_cell c{.encoding = encoding, .seed = seed};
      c.varied = {{"train.steps", 100 * seed}};
      s.add(c);
    }
  const measurements m = gather(s.path);
  BOOST_TEST(select(m, "encoding.type=rope").curves.size() == 2u);  // of 100 and of 200 steps
  BOOST_TEST(select(m, "type=rope,alibi").curves.size() == 4u);
  BOOST_TEST(select(select(m, "seed=2"), "steps=200").curves.size() == 2u);
  const std::string report = "report " + s.path.string() + " ";
  for (const auto& [words, message] : {std::pair{"--where seed=4", "no finished cell has seed=4"},
                                       {"--where sed=1", "did you mean seed?"},
                                       {"--where rope", "is no KEY=VALUE"},
                                       {"--reference rop", "there is no curve \"rop\"; there are rope, steps=100"},
                                       {"--protocol slidng", "did you mean sliding?"},
                                       {"--by steeps", "no key \"steeps\""}}) {
    const testing::outcome o = program(report + words);
    BOOST_TEST(o.code == 2, words);
    BOOST_TEST(o.text.find(message) != std::string::npos, o.text);
  }
  // What is selected holds for files, which have a column for each key that varies.
  const testing::outcome csv = program(report + "--where seed=2 --where type=rope --csv -");
  BOOST_TEST(csv.text.find(",digest,train.steps\n") != std::string::npos, csv.text);
  BOOST_TEST(lines_of(csv.text) == 3u, csv.text);
  BOOST_TEST(csv.text.ends_with(",200\n"), csv.text);
  const testing::outcome by = program(report + "--by train.steps");
  BOOST_TEST(by.text.find("train.steps = 100\n") < by.text.find("train.steps = 200\n"), by.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
