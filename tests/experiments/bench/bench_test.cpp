// bench measures something, and what it says hangs together. How fast a machine is, is nothing to test.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/bench/learning.hpp"
#include "tests/experiments/program.hpp"
#include "tests/experiments/tiny_study.hpp"

using namespace lengthwise::testing;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(bench)

BOOST_AUTO_TEST_CASE(every_part_runs) {
  const outcome o = program(
      "bench --json sizes=tiny encodings=none,alibi views=raw,rerope lengths=128,512 repeats=1 threads=2 2>/dev/null");
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const json report = json::parse(o.text);
  const double one = report["multiply_add_gflops"]["one_thread"], all = report["multiply_add_gflops"]["all_threads"];
  BOOST_TEST(one > 0);
  BOOST_TEST(all > 0);
  std::map<std::string, int> back_ends;
  for (const json& products : report["products"]) {
    ++back_ends[products["back_end"]];
    BOOST_TEST(products["gflops"].get<double>() > 0);
    BOOST_TEST(products["gflops"].get<double>() <
               2 * std::max(2 * one, all));  // no product is faster than its multiply-adds
  }
  BOOST_TEST(back_ends["portable"] == 1);
  BOOST_TEST(back_ends["openblas"] == 2);
  BOOST_TEST(report["steps"].at(0)["milliseconds"].get<double>() > 0);
  double shares = 0;
  for (const auto& [kind, share] : report["shares"].at(0)["share"].items()) shares += share.get<double>();
  BOOST_TEST(std::abs(shares - 1) < 0.02);
  BOOST_TEST(report["encodings"].size() == 2u);
  BOOST_TEST_REQUIRE(report["evaluation"].size() >= 2u);
  BOOST_TEST(report["evaluation"][0]["view"] == "raw");
  BOOST_TEST(report["evaluation"][1]["view"] == "rerope");
  BOOST_TEST(report["evaluation"][0]["length"] == report["evaluation"][1]["length"]);
}
// A line over the logarithm of seconds, by hand: half way from 4 to 2 bits between 1 and 4 seconds is 2 seconds.
BOOST_AUTO_TEST_CASE(seconds_to_a_loss_lie_between_its_runs) {
  const lengthwise::learning_measurement m{"", {{10, {1, 1, 1}, {4, 4, 4}}, {40, {4, 4, 4}, {2, 2, 2}}}};
  BOOST_TEST(lengthwise::seconds_to(m, 5).value() == 1.0);
  BOOST_TEST(lengthwise::seconds_to(m, 4).value() == 1.0);
  BOOST_TEST(lengthwise::seconds_to(m, 3).value() == 2.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(lengthwise::seconds_to(m, 2).value() == 4.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(!lengthwise::seconds_to(m, 1.9).has_value());
}
BOOST_AUTO_TEST_CASE(learning_reaches_the_loss_that_a_run_reaches) {
  const outcome o = program(
      "bench --json parts=learning sizes=tiny steps=20,5 bits=7.9,1 corpus.name=synthetic train.optimizer=adamw,muon "
      "train.validation_targets=512 train.warmup=2 seed=1,2 threads=2 2>/dev/null");
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const json recipes = json::parse(o.text)["learning"].at(0)["recipes"];
  BOOST_TEST_REQUIRE(recipes.size() == 2u);
  for (const json& recipe : recipes) {
    BOOST_TEST(recipe["runs"][0]["steps"] == 5);
    BOOST_TEST(recipe["runs"][1]["bits"]["median"].get<double>() < recipe["runs"][0]["bits"]["median"].get<double>());
    BOOST_TEST(recipe["seconds_to"][0]["seconds"].get<double>() <= recipe["runs"][1]["seconds"]["most"].get<double>());
    BOOST_TEST(recipe["seconds_to"][1]["seconds"].is_null());
  }
}
BOOST_AUTO_TEST_CASE(what_bench_cannot_do_is_said) {
  for (const auto& [words, said] :
       std::vector<std::pair<std::string, std::string>>{{"parts=learnin", "did you mean learning?"},
                                                        {"bits=9", "up to 8 bits"},
                                                        {"sizes=", "sizes names nothing"},
                                                        {"parts=learning steps=", "steps names nothing"},
                                                        {"parts=steps train.steps=5", "train.steps is steps="},
                                                        {"encoding.type=rope", "for parts=learning alone"},
                                                        {"train.rate=1,2", "one value"},
                                                        {"parts=learning stps=1", "did you mean steps?"},
                                                        {"parts=learning train.rat=1", "train.rat"}}) {
    const outcome o = program("bench " + words);
    BOOST_TEST(o.code == 2);
    BOOST_TEST(o.text.find(said) != std::string::npos, o.text);
  }
}
BOOST_FIXTURE_TEST_CASE(openblas_is_loaded_for_what_is_its_own, tiny_study) {
  const auto loads_it = [&](const std::string& numerics) {
    const outcome o = shell("LD_DEBUG=files " + std::string(LENGTHWISE_PROGRAM) + " run " + config +
                            " train.steps=1 numerics=" + numerics + " --output " + f.at(numerics));
    BOOST_TEST(o.code == 0);
    return o.text.find("libopenblas") != std::string::npos;
  };
  BOOST_TEST(loads_it("openblas"));
  BOOST_TEST(!loads_it("portable"));
  // Its buffers alone are more than this.
  const outcome small = shell("ulimit -v 60000; " + std::string(LENGTHWISE_PROGRAM) + " report " + f.at("portable"));
  BOOST_TEST(small.code == 0, small.text);
}
BOOST_FIXTURE_TEST_CASE(openblas_on_the_wrong_kernels_is_said, tiny_study) {
  if (!__builtin_cpu_supports("avx512f")) return;
  const std::string words =
      std::string(LENGTHWISE_PROGRAM) + " run " + config + " train.steps=1 numerics=openblas --output ";
  const outcome slow = shell("OPENBLAS_CORETYPE=Haswell " + words + f.at("slow")),
                fast = shell("OPENBLAS_CORETYPE=SkylakeX " + words + f.at("fast"));
  BOOST_TEST(slow.code == 0);
  BOOST_TEST(slow.text.find("set OPENBLAS_CORETYPE=SkylakeX") != std::string::npos, slow.text);
  BOOST_TEST(fast.text.find("OPENBLAS_CORETYPE") == std::string::npos, fast.text);
  BOOST_TEST(json::parse(contents(f.path / "slow/cell/manifest.json"))["openblas_advice"].get<std::string>().find(
                 "SkylakeX") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
