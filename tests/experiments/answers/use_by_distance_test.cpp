// Answers of a tiny study, by distance: what is reported against sums over the recorded losses and the text itself.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numbers>
#include <sstream>

#include "core/storage/npy.hpp"
#include "core/text/recall.hpp"
#include "tests/experiments/tiny_study.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

const std::string words =
    "corpus.name=recall recall.farthest=12 evaluate.targets=2048 evaluate.protocols=[sliding,non_overlapping] seed=1,2";

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> all;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) all.push_back(field);
  return all;
}

struct measured_study : tiny_study {
  std::string output = f.at("out");
  measured_study() {
    const outcome o = run(words + " --output " + output);
    BOOST_TEST_REQUIRE(o.code == 0, o.text);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(use_by_distance)

// Counts and means of every band, from the losses and from the text, which is made again here.
BOOST_FIXTURE_TEST_CASE(bands_are_what_losses_and_text_say, measured_study) {
  const outcome csv = program("report " + output + " --use -");
  BOOST_TEST_REQUIRE(csv.code == 0, csv.text);
  const corpus text = recall_corpus({.farthest = 12});
  const text_part test = text.part_of(text.test());
  std::istringstream lines(csv.text);
  std::string line;
  std::getline(lines, line);
  int bands = 0;
  std::map<std::string, std::int64_t> answers, outside;
  while (std::getline(lines, line)) {
    const std::vector<std::string> fields = fields_of(line);
    BOOST_TEST_REQUIRE(fields.size() == 21u);
    const std::size_t length = std::stoul(fields[4]), from = std::stoul(fields[7]), to = std::stoul(fields[8]);
    double bits = 0;
    std::int64_t count = 0, not_in_window = 0;
    for (const char* cell : {"seed=1", "seed=2"}) {
      const std::filesystem::path folder = std::filesystem::path(output) / cell;
      const std::string name = fields[4] + "-" + fields[5] + ".npy";
      const auto losses = read_npy<float>(folder / "nll" / name);
      const auto windows = read_npy<std::int64_t>(folder / "windows" / name);
      for (std::size_t w = 0; w < losses.shape[0]; ++w)
        for (std::size_t i = 0; i < length; ++i) {
          const float loss = losses.values[w * length + i];
          const std::size_t back = test.distances[static_cast<std::size_t>(windows.values[2 * w + 1]) + i + 1];
          const bool is_scored_place = fields[5] == "non_overlapping" || i + 8 >= length;
          if (is_scored_place && back > i + 1) ++not_in_window;
          BOOST_REQUIRE(std::isnan(loss) == !(is_scored_place && back > 0 && back <= i + 1));
          if (std::isnan(loss) || back < from || back >= to) continue;
          bits += static_cast<double>(loss) / std::numbers::ln2, ++count;
        }
    }
    BOOST_TEST(std::stoi(fields[9]) == 2);
    BOOST_TEST(2 * std::stol(fields[10]) == count, line);
    BOOST_TEST(std::stod(fields[11]) == bits / static_cast<double>(count), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(std::stod(fields[17]) == 0);  // the best possible
    BOOST_TEST(std::stod(fields[18]) == 4);  // a guess among sixteen
    BOOST_TEST(2 * std::stol(fields[20]) == not_in_window);
    // Hardly trained, a model knows no more than which symbols there are, or less.
    BOOST_TEST(std::stod(fields[14]) < 0.4);
    ++bands;
  }
  BOOST_TEST(bands >= 10);
}

BOOST_FIXTURE_TEST_CASE(tables_and_page_show_use, measured_study) {
  const outcome table =
      program("report " + output + " --all --html " + f.at("page.html") + " --figure " + f.at("figure.svg"));
  BOOST_TEST_REQUIRE(table.code == 0, table.text);
  BOOST_TEST(table.text.find("Use of context, sliding") != std::string::npos, table.text);
  BOOST_TEST(table.text.find("A guess: 4.00 bits, 6 % right") != std::string::npos, table.text);
  BOOST_TEST(table.text.find("answers at 64") != std::string::npos);
  BOOST_TEST(table.text.find("Bytes of context used") == std::string::npos);
  const std::string page = contents(f.at("page.html"));
  const nlohmann::json data =
      nlohmann::json::parse(found(page, "<script type=\"application/json\" id=\"data\">([^<]*)</script>"));
  const nlohmann::json& use = data["curves"][0]["use"];
  BOOST_TEST_REQUIRE(use.size() == 2u);
  BOOST_TEST(use[0]["beyond"].is_null());
  BOOST_TEST(use[1]["beyond"].size() == 2u);
  BOOST_TEST(use[1]["length"] == 64);
  BOOST_TEST(contents(f.at("figure.svg")).find("distance to the definition") != std::string::npos);
}

// One screen: at each length the shares that --use says as a mean over bands, weighted by their answers; of seeds the
// worst and the best.
BOOST_FIXTURE_TEST_CASE(the_first_screen_shows_use_within_and_beyond, measured_study) {
  const outcome o = program("report " + output + " --use " + f.at("use.csv"));
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  std::istringstream screen(o.text), csv(contents(f.path / "use.csv"));
  std::size_t lines = 0;
  for (std::string line; std::getline(screen, line); ++lines) BOOST_TEST(line.size() <= 81u, line);
  BOOST_TEST(lines <= 31u);
  double lost = 0, answers = 0;
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line)) {
    const std::vector<std::string> own = fields_of(line);
    if (own[4] != "64" || own[5] != "sliding" || std::stoi(own[8]) > 16) continue;
    lost += std::stod(own[10]) * std::stod(own[11]), answers += std::stod(own[10]);
  }
  BOOST_TEST_REQUIRE(answers > 0);
  const std::string share = std::to_string(std::lround(100 * (1 - lost / answers / 4)));
  BOOST_TEST(found(o.text, " (-?[0-9]+) / *-?[0-9]+\n") == share, o.text << " not " << share);
  BOOST_TEST(o.text.find("(seeds ") != std::string::npos, o.text);
}

BOOST_FIXTURE_TEST_CASE(explain_says_how_much_is_used_beyond, measured_study) {
  const outcome o = program("explain " + output + " evaluate.targets=1024 --json --quiet");
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const nlohmann::json list = nlohmann::json::parse(o.text);
  BOOST_TEST_REQUIRE(list.size() == 1u);
  BOOST_TEST_REQUIRE(list[0]["use_beyond"].is_number());
  const double low = list[0]["use_beyond_interval"][0], high = list[0]["use_beyond_interval"][1];
  BOOST_TEST(low < list[0]["use_beyond"].get<double>());
  BOOST_TEST(high > list[0]["use_beyond"].get<double>());
  const outcome text = program("explain " + output + " evaluate.targets=1024 --quiet");
  BOOST_TEST(text.text.find("use beyond 16:") != std::string::npos, text.text);
}

// An answers file that is cut is set aside and made again, as losses are.
BOOST_FIXTURE_TEST_CASE(damaged_answers_are_made_again, measured_study) {
  const std::filesystem::path file = std::filesystem::path(output) / "seed=1" / "answers" / "64-sliding.npy";
  const std::string whole = contents(file);
  std::filesystem::resize_file(file, whole.size() / 2);
  BOOST_TEST(program("status " + output).text.find("damaged") != std::string::npos);
  const outcome again = run(words + " --output " + output);
  BOOST_TEST(again.code == 0, again.text);
  BOOST_TEST(contents(file) == whole);
}

BOOST_AUTO_TEST_CASE(wrong_keys_get_one_line) {
  const tiny_study t;
  t.refused("show " + t.config + " recall.farthest=4", 2,
            "command line: recall.farthest goes with corpus.name = \"recall\"");
  t.refused("show " + t.config + " corpus.name=recall recall.farthest=1000", 2,
            "recall.keys to the power of recall.key");
  t.refused("show " + t.config + " corpus.name=recall recall.train_on=every", 2,
            "recall.train_on must be one of \"answers\", \"everything\"");
  t.refused("show " + t.config + " corpus.name=recall recall.kes=4", 2, "did you mean recall.keys?");
  t.refused("run " + t.config +
                " corpus.name=recall evaluate.lengths=[4] evaluate.stride=2 train.steps=0 --quiet --output " +
                t.f.at("short"),
            3, "no definition lies in a window of 4 before its answer");
  t.refused("corpus show", 2, "which corpus?");
  // Only a config of that text has the section.
  BOOST_TEST(program("show " + t.config).text.find("[recall]") == std::string::npos);
  BOOST_TEST(program("show " + t.config + " corpus.name=recall").text.find("farthest = 64") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_sample_can_be_read) {
  const outcome o = program("corpus show recall recall.value=2 recall.farthest=4");
  BOOST_TEST_REQUIRE(o.code == 0);
  BOOST_TEST(!found(o.text, "(\\?[A-Z0-9][a-p]{2} \\+[0-9]+)").empty(), o.text);
}

BOOST_AUTO_TEST_SUITE_END()
