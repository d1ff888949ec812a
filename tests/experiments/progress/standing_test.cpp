// What is said of a study that runs: by itself, and by status from its folder.
#include "experiments/progress/standing.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using testing::program, testing::shell, testing::outcome, testing::tiny_study, testing::until;
using json = nlohmann::json;

BOOST_FIXTURE_TEST_SUITE(standing, tiny_study)

BOOST_AUTO_TEST_CASE(status_says_step_loss_rate_and_what_is_left) {
  const std::string lengthwise = LENGTHWISE_PROGRAM " ", out = f.at("out"), metrics = out + "/cell/metrics.jsonl";
  const outcome o =
      shell(lengthwise + "run " + config + " train.steps=1000000 --quiet --output " + out + " & p=$!; " +
            until("test $(wc -l < " + metrics + ") -gt 200") + "kill -STOP $p; " + lengthwise + "status " + out +
            " --json; tail -n 1 " + metrics + "; " + lengthwise + "status " + out +
            "; kill -CONT $p; kill -TERM $p; wait $p; echo code $?; " + lengthwise + "status --watch " + out);
  std::istringstream in(o.text);
  json status;
  in >> status;
  const json& cell = status.at("cells").at(0);
  std::string line;
  std::getline(in, line), std::getline(in, line);
  const json last = json::parse(line);
  BOOST_TEST(cell.at("status") == "running");
  BOOST_TEST(cell.at("step") == last.at("step"));
  BOOST_TEST(cell.at("loss") == last.at("loss"));
  BOOST_TEST(cell.at("steps") == 1000000);
  // By hand: training is nearly all of this work, and goes on as fast as it went.
  const double step = last.at("step"), expected = last.at("seconds").get<double>() * (1e6 - step) / step;
  BOOST_TEST(cell.at("seconds_left").get<double>() == expected, boost::test_tools::tolerance(0.05));
  std::getline(in, line);
  BOOST_TEST(
      line.find("running      cell  step " + std::to_string(last.at("step").get<int>()) + "/1000000  loss ") == 0u,
      line);
  BOOST_TEST(o.text.find("code 75\ninterrupted  cell  saved at step") != std::string::npos, o.text);
}

BOOST_AUTO_TEST_CASE(each_cell_at_once_has_a_line_whose_share_grows) {
  const outcome o =
      program("run " + config + " encoding.type=rope,alibi train.steps=3000 --jobs 2 --output " + f.at("out"));
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  std::map<std::string, std::vector<int>> shares;
  std::istringstream in(o.text);
  for (std::string line; std::getline(in, line);) {
    std::smatch match;
    if (std::regex_search(line, match, std::regex("^(rope|alibi|\\[[= ]*\\]) +(\\d+) %  (.*)"))) {
      BOOST_TEST(line.size() <= 80u, line);
      shares[match[1].str().front() == '[' ? "all" : match[1].str()].push_back(std::stoi(match[2]));
    }
  }
  for (const char* name : {"rope", "alibi", "all"}) {
    BOOST_TEST(shares[name].size() >= 1u, o.text);
    BOOST_TEST(std::ranges::is_sorted(shares[name]), o.text);
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_is_cut_or_none_of_ours_is_passed_over) {
  BOOST_TEST(!parse_metrics("{\"step\":3,\"loss\":1.0,\"seco").has_value());
  BOOST_TEST(!parse_metrics("{\"step\":-3,\"loss\":1,\"seconds\":1,\"tokens_per_second\":1}").has_value());
  BOOST_TEST(!parse_metrics("[]").has_value());
  const std::string whole = "{\"step\":3,\"loss\":1.5,\"seconds\":2,\"tokens_per_second\":100}";
  BOOST_TEST(parse_metrics(whole)->loss == 1.5);
  const std::string file = f.write("metrics.jsonl", std::string(5000, 'x') + "\n" + whole + "\n{\"step\":4,\"loss\":");
  BOOST_TEST_REQUIRE(last_line(file).has_value());
  BOOST_TEST(last_line(file)->step == 3);
  BOOST_TEST(!last_line(f.at("none")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
