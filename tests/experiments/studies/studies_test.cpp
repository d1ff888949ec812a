// The studies that come with the program, and the script that runs a recorded one again.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "experiments/config/toml_reader.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/measured/measurements.hpp"
#include "experiments/studies/jobs.hpp"
#include "experiments/studies/plan.hpp"
#include "experiments/sweeps/study.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;
const fs::path configs = LENGTHWISE_SOURCE_DIR "/configs";

std::set<fs::path> paper_configs() {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(configs / "papers")) files.insert(entry.path());
  return files;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(studies)

BOOST_AUTO_TEST_CASE(every_config_is_sound_and_begins_with_its_question) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(configs)) {
    if (entry.path().extension() != ".toml" || entry.path().filename().string().starts_with("claims")) continue;
    ++count;
    std::string first;
    std::ifstream in(entry.path());
    std::getline(in, first);
    BOOST_TEST((first.starts_with("# ") && first.find('?') != std::string::npos), entry.path() << ": " << first);
    const study s = make_study(read_toml(entry.path()));
    BOOST_TEST(s.name == entry.path().stem().string());
  }
  BOOST_TEST(count >= 20u);
}

BOOST_AUTO_TEST_CASE(the_canonical_study_measures_what_the_claims_ask_for) {
  const study s = make_study(read_toml(configs / "extrapolation.toml"));
  BOOST_TEST(s.cells.size() == 39u);
  for (const study_cell& cell : s.cells) {
    const cell_config& c = cell.config;
    BOOST_TEST((c.corpus.split == split_kind::documents && !c.corpus.across_documents));
    for (const double multiple : {1.0, 2.0, 4.0, 6.0, 8.0, 16.0})
      BOOST_TEST(std::ranges::count(c.evaluate.lengths, static_cast<int>(multiple * c.train.length)) == 1, multiple);
    BOOST_TEST(c.evaluate.protocols.size() == 3u);
  }
}

BOOST_AUTO_TEST_CASE(cores_are_divided_so_that_a_study_ends_soonest) {
  const auto divided = [](int cores, std::size_t cells, int most_jobs = 1000) {
    const division_of_cores d = divide_cores(cores, cells, [&](int jobs, int) { return jobs <= most_jobs; });
    return std::pair(d.jobs, d.threads);
  };
  BOOST_TEST((divided(2, 1) == std::pair(1, 2)));
  BOOST_TEST((divided(2, 2) == std::pair(2, 1)));
  BOOST_TEST((divided(2, 3) == std::pair(1, 2)));  // the third would have a core to itself and leave one idle
  BOOST_TEST((divided(2, 39) == std::pair(2, 1)));
  BOOST_TEST((divided(16, 4) == std::pair(4, 4)));
  BOOST_TEST((divided(16, 100, 4) == std::pair(4, 4)));  // memory
  BOOST_TEST((divided(2, 0) == std::pair(1, 2)));
}

BOOST_AUTO_TEST_CASE(a_study_takes_as_long_as_its_busiest_place) {
  const auto plan = [](double seconds) { return cell_plan{"", 0, 0, 0, 0, seconds, 0, 0}; };
  const std::vector<cell_plan> plans{plan(10), plan(1), plan(2), plan(9)};
  BOOST_TEST(seconds_together(plans, 1) == 22);
  BOOST_TEST(seconds_together(plans, 2) == 12);  // 10 | 1 + 2 + 9
  BOOST_TEST(seconds_together(plans, 8) == 10);
}

BOOST_AUTO_TEST_CASE(published_set_ups_are_planned_at_full_scale_and_in_miniature) {
  // Where their text is not here the synthetic one stands in, and the plan says so.
  const std::map<std::string, std::pair<std::string, std::string>> full{
      {"alibi", {"encoding.type=t5_bias", "201,656,576"}},
      {"kazemnejad", {"encoding.type=rope", "1,209,108,480"}},
      {"kerple", {"encoding.type=kerple_log seed=1", "85,366,560"}},
      {"nope", {"encoding.type=learned", "202,180,608"}},
      {"xpos", {"encoding.type=xpos", "302,614,528"}}};
  std::size_t minis = 0;
  for (const fs::path& file : paper_configs()) {
    const std::string name = file.stem().string();
    const bool mini = name.ends_with("-mini");
    minis += mini;
    BOOST_TEST_REQUIRE((mini || full.contains(name)), name);
    // What is planned is measured: a miniature is made smaller still.
    const testing::outcome o =
        testing::program("run " + file.string() + " --dry-run --quiet " +
                         (mini ? "encoding.type=alibi model.layers=1 model.width=32 model.feed_forward=32 train.batch=8"
                               : full.at(name).first));
    BOOST_TEST(o.code == 0, o.text);
    BOOST_TEST(o.text.find(mini ? "1 cells with" : full.at(name).second) != std::string::npos, o.text);
  }
  BOOST_TEST(minis == full.size());
}

BOOST_AUTO_TEST_CASE(a_paper_in_miniature_asks_what_the_full_one_does) {
  const auto encodings = [](const study& s) {
    std::set<std::string> names;
    for (const study_cell& cell : s.cells) names.emplace(cell.config.encoding->name());
    return names;
  };
  for (const fs::path& file : paper_configs()) {
    if (file.stem().string().ends_with("-mini")) continue;
    const study full = make_study(read_toml(file)),
                mini = make_study(read_toml(file.parent_path() / (file.stem().string() + "-mini.toml")));
    BOOST_TEST((encodings(full) == encodings(mini)), file);
    const cell_config &large = full.cells.front().config, &small = mini.cells.front().config;
    for (const int length : large.evaluate.lengths) {
      const double multiple = static_cast<double>(length) / large.train.length;
      BOOST_TEST(std::ranges::any_of(small.evaluate.lengths,
                                     [&](int l) { return std::abs(l / (multiple * small.train.length) - 1) <= 0.01; }),
                 file << " has " << length << ", " << multiple
                      << " times its training length; its miniature has no such length");
    }
  }
}

// The list of claims that a recorded study was held against: the one that has its first verdict.
fs::path claims_of(const fs::path& study) {
  const std::string first = testing::found(testing::contents(study / "verdicts.json"), "\"id\": \"([^\"]+)\"");
  for (const auto& file : fs::recursive_directory_iterator(configs))
    if (file.path().filename().string().starts_with("claims") &&
        testing::contents(file.path()).find("id = \"" + first + "\"") != std::string::npos)
      return file.path();
  BOOST_FAIL("no list of claims has " + first);
  return {};
}

BOOST_AUTO_TEST_CASE(records_are_of_the_configs_and_say_what_follows_from_them) {
  std::set<std::string> names;
  std::string said;
  for (const auto& entry : fs::directory_iterator(LENGTHWISE_SOURCE_DIR "/docs/studies")) {
    const std::string name = entry.path().filename().string();
    names.insert(name);
    fs::path config;
    for (const auto& file : fs::recursive_directory_iterator(configs))
      if (file.path().filename() == name + ".toml") config = file.path();
    BOOST_TEST_REQUIRE(fs::exists(config), name);
    std::multiset<std::string> asked, recorded;
    for (const study_cell& cell : make_study(read_toml(config)).cells) asked.insert(config_hash(cell.config));
    for (const curve& c : gather(entry.path()).curves)
      for (const finished_cell& cell : c.cells) recorded.insert(cell.result.config_hash);
    BOOST_TEST((asked == recorded), name << ": its records are not those of " << config);
    if (fs::exists(entry.path() / "verdicts.txt")) {
      said += testing::contents(entry.path() / "verdicts.txt");
      for (const auto& [file, option] : {std::pair("verdicts.txt", ""), std::pair("verdicts.json", " --json")})
        BOOST_TEST(testing::program("verify " + claims_of(entry.path()).string() + " " + entry.path().string() + option)
                           .text == testing::contents(entry.path() / file),
                   name << "/" << file);
    }
    said += testing::contents(entry.path() / "report.txt");
    if (fs::exists(entry.path() / "explain.txt")) said += testing::contents(entry.path() / "explain.txt");
  }
  BOOST_TEST(names.count("extrapolation") == 1u);
  said += testing::program("report " LENGTHWISE_SOURCE_DIR
                           "/docs/studies/extrapolation "
                           "--where encoding.type=none,t5_bias,alibi,kerple_log,cope,rope --protocol fixed_targets")
              .text;
  BOOST_TEST(names.size() >= 4u);
  // What is quoted is what was measured: each line of the blocks marked as text.
  for (const char* file : {"docs/findings.md", "README.md"}) {
    std::ifstream in(fs::path(LENGTHWISE_SOURCE_DIR) / file);
    bool quoted = false;
    int lines = 0;
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("```")) {
        quoted = !quoted && line == "```text";
      } else if (quoted) {
        BOOST_TEST(said.find(line) != std::string::npos, file << ": " << line);
        ++lines;
      }
    }
    BOOST_TEST(lines > 8, file);
  }
}

BOOST_AUTO_TEST_CASE(a_recorded_study_is_run_again_and_compared) {
  const testing::folder f;
  const std::string config = f.write("tiny.toml", std::string(testing::tiny_config) + "[sweep]\nseed = [1, 2]\n");
  const std::string script =
      LENGTHWISE_SOURCE_DIR "/scripts/reproduce tiny --config " + config + " --records " + f.at("records") + " ";
  BOOST_TEST(testing::shell(script + "--output " + f.at("again")).code == 2);  // no records yet
  BOOST_TEST_REQUIRE(testing::program("run " + config + " train.steps=4 --quiet --output " + f.at("out")).code == 0);
  BOOST_TEST(
      testing::shell(script + "--record " + f.at("out") + " --page --claims " + (configs / "claims.toml").string())
          .code == 0);
  for (const char* file : {"report.txt", "study.html", "verdicts.txt", "verdicts.json", "figure.svg", "means.csv",
                           "differences.csv", "study.json"})
    BOOST_TEST(fs::file_size(f.path / "records" / file) > 0, file);
  testing::outcome o = testing::shell(script + "train.steps=4 seed=2 --output " + f.at("again"));
  BOOST_TEST(o.code == 0, o.text);
  BOOST_TEST(o.text.find("1 of 1 cells are the same to the last bit; 2 are recorded") != std::string::npos, o.text);

  // One digit of a loss, then of a digest.
  const fs::path record = f.path / "records/seed=2/result.json";
  std::string text = testing::contents(record);
  const std::size_t nll = text.find("\"nll\": ") + 9;
  text[nll] = text[nll] == '1' ? '2' : '1';
  std::ofstream(record) << text;
  o = testing::shell(script + "train.steps=4 seed=2 --output " + f.at("again"));
  BOOST_TEST(o.code == 1);
  BOOST_TEST(o.text.find("same parameters, but non_overlapping at 16") != std::string::npos, o.text);
  const std::size_t digest = text.find("\"digest\": \"") + 11;
  text[digest] = text[digest] == '0' ? '1' : '0';
  std::ofstream(record) << text;
  o = testing::shell(script + "train.steps=4 seed=2 --output " + f.at("again"));
  BOOST_TEST(o.code == 1);
  BOOST_TEST(o.text.find("DIFFERENT  cell: digest") != std::string::npos, o.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
