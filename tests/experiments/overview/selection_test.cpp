// What was evaluated of a whole study afterwards, as its report.
#include "experiments/overview/selection.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "tests/experiments/tiny_study.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

BOOST_AUTO_TEST_SUITE(selection)

BOOST_AUTO_TEST_CASE(an_evaluation_of_every_cell_is_reported_like_a_study) {
  const tiny_study s;
  const std::string study = s.f.at("out"),
                    words = " evaluate.lengths=[40] evaluate.protocols=[sliding] evaluate.stride=8 ";
  BOOST_TEST_REQUIRE(s.run("encoding.type=rope,none seed=1,2 train.steps=2 --output " + study).code == 0);
  // The first cell by itself, then all: what is there is kept.
  const std::string first = study + "/encoding.type=rope,seed=1";
  const auto alone = nlohmann::json::parse(program("evaluate " + first + words + "--json --quiet").text);
  const outcome all = program("evaluate " + study + words + "evaluate.views=[raw,rerope]");
  BOOST_TEST_REQUIRE(all.code == 0, all.text);
  BOOST_TEST_REQUIRE(program("evaluate " + study + words + "--quiet").code == 0);
  const std::string name =
      alone.is_object() ? "evaluate.lengths=[40],evaluate.protocols=[sliding],evaluate.stride=8" : "";

  const measurements m = select_evaluation(gather(study), name);
  BOOST_TEST_REQUIRE(m.curves.size() == 2u);
  BOOST_TEST((m.lengths() == std::vector<int>{40} && m.protocols() == std::vector<protocol>{protocol::sliding}));
  BOOST_TEST(m.curves[0].cells.size() == 2u);
  BOOST_TEST(m.curves[0].cells[0].result.evaluation[0].nll == alone["evaluation"][0]["nll"].get<double>());
  BOOST_TEST(program("report " + study).text.find("evaluated afterwards, too: --evaluation") != std::string::npos);
  const outcome report = program("report " + study + " --evaluation '" + name + "'");
  BOOST_TEST(report.code == 0, report.text);
  BOOST_TEST(report.text.find("40") != std::string::npos, report.text);
  s.refused("report " + study + " --evaluation nothing", 2, "--evaluation: no cell has \"nothing\"");
  s.refused("report " + study + " --evaluation ../..", 2, "no cell has");
}

BOOST_AUTO_TEST_SUITE_END()
