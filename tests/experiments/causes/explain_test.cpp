// `lengthwise explain` as a user meets it: what is missing is evaluated once, and kept.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/experiments/program.hpp"

using namespace lengthwise::testing;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(explain)

BOOST_AUTO_TEST_CASE(a_study_is_explained_cell_by_cell) {
  const folder f;
  const std::string config = f.write("tiny.toml", tiny_config), study = f.at("study");
  BOOST_TEST_REQUIRE(program("run " + config +
                             " encoding.type=rope,learned seed=1,2 evaluate.lengths=[16,48] "
                             "evaluate.protocols=[sliding] --quiet --output " +
                             study)
                         .code == 0);
  const outcome first = program("explain " + study + " evaluate.targets=512 --json --quiet 2>/dev/null");
  BOOST_TEST_REQUIRE(first.code == 0, first.text);
  const json all = json::parse(first.text);
  BOOST_TEST_REQUIRE(all.size() == 2u);
  const json &rope = all[0], &learned = all[1];
  BOOST_TEST(rope["encoding"] == "rope");
  BOOST_TEST(rope["length"] == 48);
  BOOST_TEST(rope["trained"] == 16);
  BOOST_TEST(rope["seeds"] == 2);
  BOOST_TEST(rope["cells"].size() == 2u);
  for (const char* part : {"harm", "number", "distance", "position", "dilution", "use"}) {
    const json &bits = rope[std::string(part) + "_bits"], &interval = rope[std::string(part) + "_bits_interval"];
    BOOST_TEST_REQUIRE(bits.is_number(), part);
    BOOST_TEST((interval[0] <= bits && bits <= interval[1]), part);
  }
  BOOST_TEST(std::abs(rope["position_bits"].get<double>()) < 1e-6);  // a rotation knows distances only
  BOOST_TEST(learned["verdict"] == "cannot be told");
  BOOST_TEST(learned["harm_bits"].is_null());

  // The record says what each view measured; the second time nothing is measured again.
  const json record = json::parse(contents(f.path / "study/encoding.type=rope,seed=1/evaluations/explain/result.json"));
  BOOST_TEST(record["evaluation"].size() == 7u);
  for (const json& e : record["evaluation"]) BOOST_TEST(e.contains("chosen") == (e["extension"] == "tempered"));
  const outcome again = program("explain " + study + " evaluate.targets=512 --json");
  BOOST_TEST(again.text == first.text);
  BOOST_TEST(program("report --all " + study).text.find("rope at 48: ") != std::string::npos);
  BOOST_TEST(program("explain " + study + " train.steps=9").text.find("explain takes evaluate.lengths") !=
             std::string::npos);
  BOOST_TEST(program("explain " + study + " evaluate.lengths=[16]").code == 2);
}

// Views are results beside raw in records, tables and CSV.
BOOST_AUTO_TEST_CASE(views_stand_beside_raw) {
  const folder f;
  const std::string config = f.write("tiny.toml", tiny_config), study = f.at("study");
  const outcome run =
      program("run " + config +
              " encoding.type=rope,sinusoidal evaluate.lengths=[16,48] "
              "'evaluate.views=[\"raw\",\"rerope+logn\",\"cropped\"]' evaluate.protocols=[fixed_targets] --output " +
              study);
  BOOST_TEST_REQUIRE(run.code == 0, run.text);
  BOOST_TEST(run.text.find("left out: view rerope tells pairs") != std::string::npos, run.text);
  const std::string table = program("report --all " + study).text;
  for (const char* label : {"rope, cropped", "rope, rerope+logn", "sinusoidal, cropped"})
    BOOST_TEST(table.find(label) != std::string::npos, table);
  BOOST_TEST(table.find("rope, cropped") < table.find("rope, rerope+logn"));
  BOOST_TEST(table.find("sinusoidal, rerope") == std::string::npos);
  const std::string csv = program("report " + study + " --csv -").text;
  BOOST_TEST(csv.find(",fixed_targets,8,rerope+logn,ok,") != std::string::npos, csv);
  BOOST_TEST(program("evaluate " + study + "/encoding.type=sinusoidal 'evaluate.views=[crowd]'").code == 2);
  BOOST_TEST(program("run " + config + " encoding.type=alibi 'evaluate.views=[yarn]' --output " + f.at("other")).code ==
             2);
  const outcome misspelt = program("evaluate " + study + "/encoding.type=rope 'evaluate.views=[rerop]'");
  BOOST_TEST(misspelt.text.find("did you mean rerope?") != std::string::npos, misspelt.text);
  BOOST_TEST(program("evaluate " + study + "/encoding.type=rope 'evaluate.views=[yarn]' view.yarn.fctor=2")
                 .text.find("did you mean view.yarn.factor?") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
