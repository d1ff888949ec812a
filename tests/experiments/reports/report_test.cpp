// Reports: numbers from made-up results.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/measured/measurements.hpp"
#include "experiments/reports/report_csv.hpp"
#include "experiments/reports/table.hpp"
#include "tests/experiments/program.hpp"

namespace lengthwise {
namespace {

namespace fs = std::filesystem;

evaluation_record measured(int length, double perplexity) {
  return {length, protocol::sliding,    8,    "none",     evaluation_status::ok,
          1000,   std::log(perplexity), 0.01, perplexity, std::log2(perplexity)};
}
evaluation_record beyond(int length) {
  return {length, protocol::sliding, 8, "none", evaluation_status::out_of_domain, 0, 0, 0, 0, 0};
}

// Three seeds of rope with perplexities 4, 5, 6 at 64; one of learned.
void write_study(const fs::path& folder) {
  frozen_study study{"made up", {}, {}};
  const auto add = [&](const std::string& type, std::int64_t seed, std::vector<evaluation_record> evaluation) {
    const std::string name = "encoding.type=" + type + ",seed=" + std::to_string(seed);
    study.cells.push_back({name, "hash", {{"encoding.type", type}, {"seed", seed}}, {}});
    cell_result r;
    r.encoding = type, r.seed = static_cast<std::uint64_t>(seed), r.train_length = 16,
    r.evaluation = std::move(evaluation);
    fs::create_directories(folder / name);
    std::ofstream(folder / name / "result.json") << json_text(r);
  };
  for (const int seed : {1, 2, 3}) add("rope", seed, {measured(16, 3), measured(64, 3 + seed)});
  add("learned", 1, {measured(16, 2.5), beyond(64)});
  study.cells.push_back({"encoding.type=learned,seed=2", "hash", {}, {}});  // never run
  std::ofstream(folder / "study.json") << json_text(study);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(mean_and_deviation_over_seeds) {
  const testing::folder f;
  write_study(f.path);
  const measurements m = gather(f.path);
  BOOST_TEST(m.curves.size() == 2u);
  BOOST_TEST(m.unfinished == 1u);
  const summary s = summarize(m.curves[0], protocol::sliding, 64, quantity::perplexity);
  BOOST_TEST(s.over_seeds.count == 3u);
  BOOST_TEST(s.over_seeds.mean == 5, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(s.over_seeds.deviation == 1, boost::test_tools::tolerance(1e-12));
  // Student's t with 2 degrees of freedom has its 97.5 % point at 4.30265273 (any table of it).
  BOOST_TEST(s.mean.interval() == 4.30265273 / std::sqrt(3), boost::test_tools::tolerance(1e-8));
  BOOST_TEST(s.mean.covers() == "seeds");
  BOOST_TEST(summarize(m.curves[1], protocol::sliding, 16, quantity::perplexity).mean.covers() == "");
  BOOST_TEST(
      (summarize(m.curves[1], protocol::sliding, 64, quantity::perplexity).status == evaluation_status::out_of_domain));
  BOOST_TEST(!summarize(m.curves[0], protocol::non_overlapping, 64, quantity::perplexity).measured);
}

BOOST_AUTO_TEST_CASE(the_table_marks_what_it_must) {
  const testing::folder f;
  write_study(f.path);
  const std::string table = table_text(gather(f.path));
  for (const std::string_view part : {"16 (trained)", "5.00 ±1.00*", "2.52 to 7.48", "2.50*", "out of domain",
                                      "mean ± deviation over 3 seeds", "1 of 5 cells are not finished"})
    BOOST_TEST(table.find(part) != std::string::npos, part << " in\n" << table);
}

BOOST_AUTO_TEST_CASE(results_read_back_as_written) {
  cell_result r;
  r.config_hash = "a", r.digest = "b", r.encoding = "rope", r.corpus = read_text("kjv"), r.corpus_sha256 = "c";
  r.seed = 9, r.parameters = 12, r.train_length = 16, r.steps = 3, r.tokens = 384, r.final_loss = 0.1 + 0.2,
  r.seconds = 1.5;
  r.evaluation = {measured(16, 3), beyond(64)};
  const cell_result again = parse_result(json_text(r), "result.json");
  BOOST_TEST(json_text(again) == json_text(r));
  BOOST_TEST(again.final_loss == r.final_loss);
  BOOST_TEST(json_text(r).find("\"nll\": null") != std::string::npos);
  BOOST_TEST(json_text(r).find("\"final_loss_hex\": \"0x1.3333333333334p-2\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_schema_and_a_damaged_record_are_said) {
  const auto message = [](std::string text) {
    try {
      parse_result(text, "DIR/result.json");
    } catch (const usage_error& problem) {
      return std::string(problem.what());
    }
    return std::string();
  };
  BOOST_TEST(message("{\"schema\": 2}")
                 .find("DIR/result.json has schema 2, written by a newer version; this one reads schema 1") == 0u);
  BOOST_TEST(message("{\"schema\": 0}").find("an older version") != std::string::npos);
  BOOST_TEST(message("{").find("DIR/result.json is not a result") == 0u);
  BOOST_TEST(message("{\"schema\": 1}").find("DIR/result.json is not a result") == 0u);
}

BOOST_AUTO_TEST_CASE(loss_by_position_is_a_mean_over_windows_in_bits) {
  const testing::folder f;
  fs::create_directories(f.path / "nll");
  const float nan = std::numeric_limits<float>::quiet_NaN(), one = std::numbers::ln2_v<float>;
  const std::vector<float> losses{one, 2 * one, 3 * one, 4 * one, 3 * one, nan, one, nan};  // two windows of four
  const std::vector<std::byte> bytes = npy_bytes<float>(losses, {2, 4});
  f.write("nll/4-non_overlapping.npy", std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  evaluation_record e = measured(4, 3);
  e.protocol = protocol::non_overlapping;
  cell_result r;
  r.evaluation = {e};
  const std::vector<position_loss> found = loss_by_position({read_text("rope"), {{"cell", f.path, r, {}}}});
  BOOST_TEST_REQUIRE(found.size() == 4u);
  const std::array<double, 4> expected{2, 2, 2, 4};
  for (std::size_t i = 0; i < 4; ++i) {
    BOOST_TEST(found[i].position == static_cast<double>(i + 1));
    BOOST_TEST(found[i].bits == expected[i], boost::test_tools::tolerance(1e-6));
  }
}

// Two encodings, two seeds: losses in bits by target; NaN is not scored.
void write_paired(const fs::path& folder, const std::vector<std::vector<float>>& bits) {
  frozen_study study{"paired", {}, {}};
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const std::string type = i < bits.size() / 2 ? "rope" : "alibi";
    const auto seed = static_cast<std::int64_t>(i % 2 + 1);
    const std::string name = "encoding.type=" + type + ",seed=" + std::to_string(seed);
    study.cells.push_back({name, "hash", {{"encoding.type", type}, {"seed", seed}}, {}});
    cell_result r;
    r.encoding = type, r.seed = static_cast<std::uint64_t>(seed), r.train_length = 4;
    r.evaluation = {measured(4, type == "rope" ? 3 : 2)};
    fs::create_directories(folder / name / "nll");
    std::ofstream(folder / name / "result.json") << json_text(r);
    std::vector<float> losses = bits[i];
    for (float& x : losses) x *= std::numbers::ln2_v<float>;
    const std::vector<std::byte> bytes = npy_bytes<float>(losses, {1, losses.size()});
    std::ofstream(folder / name / "nll" / "4-sliding.npy", std::ios::binary)
        << std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::ofstream(folder / "study.json") << json_text(study);
}

BOOST_AUTO_TEST_CASE(differences_are_paired_by_seed_and_target) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const testing::folder f;
  // What is hard for both differs from target to target and from seed to seed far more than the two encodings do.
  write_paired(f.path, {{nan, 1.5f, nan, 9.5f}, {nan, 3.25f, nan, 7.25f}, {nan, 1, nan, 9}, {nan, 3, nan, 7}});
  const measurements m = gather(f.path);
  const std::optional<paired_difference> d = paired_losses(m, protocol::sliding, 4).between(0, 1);
  BOOST_TEST_REQUIRE(d.has_value());
  BOOST_TEST(d->targets == 2);
  BOOST_TEST(d->seeds == 2u);
  BOOST_TEST(d->mean.value == 0.375, boost::test_tools::tolerance(1e-6));  // of 0.5 and 0.25
  BOOST_TEST(d->deviation == 0.25 / std::sqrt(2), boost::test_tools::tolerance(1e-5));
  // t with 1 degree of freedom; both targets are neighbours, so that nothing is told of the text.
  BOOST_TEST(d->mean.interval() == 12.7062047 * 0.125, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(d->mean.covers() == "seeds");
  const std::string text = difference_text(m);
  for (const std::string_view part : {"sliding", "best", "+0.375 ±1.588", "2 targets a length", "over 2 seeds"})
    BOOST_TEST(text.find(part) != std::string::npos, part << " in\n" << text);
  BOOST_TEST(differences_csv(m).find("paired,rope,alibi,4,4,sliding,2,2,0.375") != std::string::npos,
             differences_csv(m));
  BOOST_TEST(means_csv(m).find("paired,rope,rope,4,4,sliding,ok,2,3,0,3,3,1.58496") != std::string::npos, means_csv(m));
}

BOOST_AUTO_TEST_CASE(other_targets_are_not_paired) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const testing::folder f;
  write_paired(f.path, {{nan, 1, nan, 9}, {nan, 1, nan, 9}, {1, nan, nan, 9}, {nan, 1, nan, 9}});
  BOOST_TEST(!paired_losses(gather(f.path), protocol::sliding, 4).between(0, 1).has_value());
  BOOST_TEST(difference_text(gather(f.path)).empty());
}

BOOST_AUTO_TEST_CASE(csv_and_figures_through_the_program) {
  const testing::folder f;
  write_study(f.path);
  const testing::outcome o = testing::program("report " + f.path.string() + " --csv " + f.at("t.csv"));
  BOOST_TEST(o.code == 0);
  const std::string csv = testing::contents(f.path / "t.csv");
  BOOST_TEST(csv.find("made "
                      "up,\"encoding.type=rope,seed=2\",rope,rope,2,16,0,64,sliding,8,none,ok,1000,1.6094379124341003,"
                      "0.01,5,2.321928094887362,") != std::string::npos,
             csv);
  BOOST_TEST(csv.find(",64,sliding,8,none,out_of_domain,0,,,,,") != std::string::npos);
  BOOST_TEST(testing::program("report " + f.path.string() + " --figure " + f.at("t.gif")).code == 2);
  BOOST_TEST(testing::program("report " + f.at("nowhere")).code == 2);
  if (testing::shell("command -v gnuplot").code != 0) {
    const testing::outcome missing = testing::program("report " + f.path.string() + " --figure " + f.at("t.svg"));
    BOOST_TEST(missing.code == 6);
    BOOST_TEST(missing.text.find("gnuplot-nox") != std::string::npos);
    return;
  }
  for (const auto& [ending, begin] : {std::pair{"svg", "<?xml"}, {"pdf", "%PDF"}, {"png", "\x89PNG"}}) {
    const std::string file = f.at(std::string("t.") + ending);
    BOOST_TEST(testing::program("report " + f.path.string() + " --figure " + file).code == 0);
    BOOST_TEST(testing::contents(file).starts_with(begin));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
