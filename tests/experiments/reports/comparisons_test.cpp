// What is counted as one and what as two, and what may be compared with what: made-up results, and small runs.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/measured/differences.hpp"
#include "experiments/reports/report_csv.hpp"
#include "experiments/reports/table.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

struct made_up {
  testing::folder f;
  frozen_study study{"made up", {}, {}};

  struct cell {
    std::vector<named_value> varied, config;
    double perplexity;
    std::string text = "aa";
    int stride = 8;
    std::int64_t targets = 1000;
  };
  void add(const std::string& name, const std::string& encoding, std::uint64_t seed, const cell& c) {
    study.cells.push_back({name, "hash", c.varied, c.config});
    cell_result r;
    r.encoding = encoding, r.seed = seed, r.train_length = 16, r.corpus_sha256 = c.text;
    r.evaluation = {{64, protocol::sliding, c.stride, "none", evaluation_status::ok, c.targets, std::log(c.perplexity),
                     0.01, c.perplexity, std::log2(c.perplexity)}};
    fs::create_directories(f.path / name);
    std::ofstream(f.path / name / "result.json") << json_text(r);
  }
  measurements gathered() {
    std::ofstream(f.path / "study.json") << json_text(study);
    return gather(f.path);
  }
};
std::vector<std::string> labels(const measurements& m) {
  std::vector<std::string> all;
  for (const curve& c : m.curves) all.push_back(c.label.shown());
  return all;
}
std::string row_of(const std::string& table, const std::string& label) {
  const std::size_t at = table.find("\n" + label) + 1;
  return table.substr(at, table.find('\n', at) - at);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(comparisons)

BOOST_AUTO_TEST_CASE(a_seed_counts_once_whatever_the_cells) {
  made_up m;
  const std::int64_t one = 1, two = 2;
  for (const auto& [name, clip, seed] : {std::tuple{"a", 1.0, one}, {"b", 1.0, one}, {"c", 1.0, two}})
    m.add(name, "rope", static_cast<std::uint64_t>(seed),
          {{{"train.clip", clip}, {"seed", seed}}, {{"seed", seed}, {"train.clip", clip}}, seed == 1 ? 4.0 : 6.0});
  const measurements g = m.gathered();
  BOOST_TEST(g.curves.size() == 1u);
  BOOST_TEST(g.repeated == 1u);
  const summary s = summarize(g.curves[0], protocol::sliding, 64, quantity::perplexity);
  BOOST_TEST((s.over_seeds.count == 2 && s.over_seeds.mean == 5));
  const std::string table = table_text(g);
  for (const char* part : {"over 2 seeds", "5.00 ±1.41", "1 cells repeat another's config and seed"})
    BOOST_TEST(table.find(part) != std::string::npos, part << " in\n" << table);
}

BOOST_AUTO_TEST_CASE(curves_are_told_apart_by_all_of_their_config) {
  made_up m;
  // Two lengths that end alike; a study of an older version that named a cell by what its encoding has not.
  const std::int64_t l = 64, k = 128;
  m.add("a", "learned", 1, {{{"train.length", l}}, {{"train.length", l}, {"encoding.length", k}}, 4});
  m.add("b", "learned", 1, {{{"encoding.length", l}}, {{"train.length", k}, {"encoding.length", l}}, 5});
  m.add("c", "learned", 1,
        {{{"train.length", l}, {"encoding.length", l}}, {{"train.length", l}, {"encoding.length", l}}, 6});
  m.add("d", "alibi", 1, {{{"encoding.rope.base", 10.0}}, {{"encoding.type", "alibi"}}, 7});
  m.add("e", "alibi", 1, {{{"encoding.rope.base", 20.0}}, {{"encoding.type", "alibi"}}, 7});
  m.add("g", "none", 1, {{}, {{"train.steps", l}}, 8});
  m.add("h", "none", 1, {{}, {{"train.steps", k}}, 9});
  m.add("i", "none", 1, {{}, {{"train.steps", k}}, 9, "bb"});
  const measurements g = m.gathered();
  BOOST_TEST(labels(g) == (std::vector<std::string>{"learned, length=64", "learned, encoding.length=64",
                                                    "learned, train.length=64, encoding.length=64", "alibi, base=10.0",
                                                    "none", "none, train.steps=128", "none, train.steps=128 (2)"}),
             boost::test_tools::per_element());
  BOOST_TEST(g.repeated == 1u);
}

BOOST_AUTO_TEST_CASE(only_what_was_scored_on_the_same_targets_competes) {
  made_up m;
  m.add("a", "rope", 1, {{{"encoding.type", "rope"}}, {}, 5});
  m.add("b", "alibi", 1, {{{"encoding.type", "alibi"}}, {}, 4});
  m.add("c", "none", 1, {{{"encoding.type", "none"}}, {}, 3, "another text"});
  m.add("d", "fire", 1, {{{"encoding.type", "fire"}}, {}, 2, "aa", 4});
  m.add("e", "cope", 1, {{{"encoding.type", "cope"}}, {}, 1.5, "aa", 8, 900});
  measurements g = m.gathered();
  std::string table = table_text(g);
  BOOST_TEST(row_of(table, "alibi").ends_with("4.00*"), table);
  for (const char* label : {"rope", "none", "fire", "cope"})
    BOOST_TEST(row_of(table, label).find('*') == std::string::npos, table);
  BOOST_TEST(table.find("; 900 to 1,000 targets a length") != std::string::npos, table);
  BOOST_TEST(table.find("among those that were scored on the same targets") != std::string::npos, table);
  // Each text has its own best.
  m.add("h", "xpos", 1, {{{"encoding.type", "xpos"}}, {}, 9, "another text"});
  table = table_text(m.gathered());
  BOOST_TEST(row_of(table, "none").ends_with("3.00*"), table);
  BOOST_TEST(row_of(table, "alibi").ends_with("4.00*"), table);
}

BOOST_AUTO_TEST_CASE(a_perplexity_beyond_a_double_is_left_out_and_said) {
  const testing::tiny_study s;
  const std::string out = s.f.at("out");
  BOOST_TEST_REQUIRE(s.run("train.rate=0.01,30 train.clip=0 train.warmup=0 train.steps=6 --output " + out).code == 0);
  const nlohmann::json result = nlohmann::json::parse(testing::contents(fs::path(out) / "train.rate=30.0/result.json"));
  double largest = 0;
  for (const nlohmann::json& e : result.at("evaluation")) {
    BOOST_TEST(e.at("status") == "ok");
    const double nll = e.at("nll").get<double>(), bits = e.at("bits_per_byte").get<double>();
    largest = std::max(largest, nll);
    BOOST_TEST(bits == nll / std::log(2.0), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(e.at("perplexity").is_null() == std::isinf(std::exp(nll)), nll);
  }
  BOOST_TEST_REQUIRE(largest > 710);  // this is what the test is about
  const testing::outcome o =
      testing::program("report --all " + out + " --csv " + s.f.at("all.csv") + " --means " + s.f.at("means.csv") +
                       " --differences " + s.f.at("differences.csv") + " --html " + s.f.at("page.html"));
  BOOST_TEST((o.code == 0 || o.text.find("libjs-chart.js") != std::string::npos), o.text);
  BOOST_TEST(o.text.find("nan") == std::string::npos, o.text);
  BOOST_TEST(o.text.find("inf") == std::string::npos, o.text);
  const std::string beyond = row_of(o.text, "rope, rate=30.0"), best = row_of(o.text, "rope, rate=0.01");
  BOOST_TEST(beyond.find("beyond 1e308") != std::string::npos, o.text);
  BOOST_TEST(beyond.find('*') == std::string::npos, beyond);
  BOOST_TEST(best.find('*') != std::string::npos, best);
  BOOST_TEST(o.text.find("beyond 1e308: the loss is finite, its exponential is not") != std::string::npos, o.text);
  for (const char* csv : {"all.csv", "means.csv", "differences.csv"}) {
    const std::string text = testing::contents(s.f.path / csv);
    BOOST_TEST((text.find("nan") == std::string::npos && text.find("inf") == std::string::npos), csv << ": " << text);
  }
  // Bits per byte are compared all the same: the first length, side by side.
  double bits[2];
  for (const auto& [i, cell] : {std::pair{0, "train.rate=0.01"}, {1, "train.rate=30.0"}})
    bits[i] = nlohmann::json::parse(testing::contents(fs::path(out) / cell / "result.json"))
                  .at("evaluation")
                  .at(0)
                  .at("bits_per_byte")
                  .get<double>();
  const std::string found =
      testing::found(testing::contents(s.f.path / "differences.csv"), "non_overlapping,1,256,(-[0-9.e+]+),");
  BOOST_TEST(std::stod("0" + found) == 0.0);  // it begins with a minus
  BOOST_TEST(std::stod(found) == bits[0] - bits[1], boost::test_tools::tolerance(1e-5));
  const testing::outcome again = testing::program("evaluate " + out + "/train.rate=30.0 --quiet");
  BOOST_TEST((again.code == 0 && again.text.find("beyond 1e308") != std::string::npos), again.text);
}

BOOST_AUTO_TEST_CASE(a_part_too_short_says_how_many_targets_there_were) {
  // 4,000 bytes have a test part of 200: the longest window leaves room for 136 targets by steps of 8.
  const testing::tiny_study s;
  std::string text;
  while (text.size() < 4000) text += "a line of " + std::to_string(text.size() * 7919 % 1000) + "\n";
  text.resize(4000);
  BOOST_TEST_REQUIRE(
      s.run("corpus.path=" + s.f.write("own.txt", text) + " train.steps=2 --output " + s.f.at("out")).code == 0);
  const std::string table = testing::program("report --all " + s.f.at("out")).text;
  BOOST_TEST(table.find("side by side, every position scored; 192 targets a length\n") != std::string::npos, table);
  BOOST_TEST(table.find("only the last targets of each scored; 136 targets a length\n") != std::string::npos, table);
  BOOST_TEST(table.find("the same targets at every length; 136 targets a length\n") != std::string::npos, table);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
