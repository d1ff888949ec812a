// A study that is gone on with, extended, run in part and taken over: what was trained is never trained again, and what
// comes out is what a fresh run gives.
#include <nlohmann/json.hpp>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

namespace fs = std::filesystem;
using testing::contents, testing::digest, testing::outcome, testing::program, testing::tiny_study;
using json = nlohmann::json;

namespace {

// All that a cell measured, without where it came from and what the wall clock says.
json measured(const fs::path& cell) {
  json r = json::parse(contents(cell / "result.json"));
  r.erase("reused_from");
  r["train"].erase("seconds");
  return r;
}

// A cell that trained again has other seconds in its metrics.
std::string trained_at(const fs::path& cell) { return contents(cell / "metrics.jsonl"); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(living_study, tiny_study)

BOOST_AUTO_TEST_CASE(goes_on_and_takes_more_seeds_and_encodings) {
  const std::string out = f.at("out"), go_on = "run " + out + " --quiet ";
  BOOST_TEST_REQUIRE(
      run("encoding.type=rope,alibi seed=1,2 --only seed=1 --only encoding.type=rope --output " + out).code == 0);
  BOOST_TEST(program("status " + out).text.find("4 cells: 1 finished, 3 missing") != std::string::npos);
  const std::string first = trained_at(out + "/encoding.type=rope,seed=1");
  BOOST_TEST_REQUIRE(program(go_on).code == 0);
  BOOST_TEST(program("status " + out).text.find("4 cells: 4 finished") != std::string::npos);
  const outcome more = program(go_on + "seed=3");
  BOOST_TEST(more.text.find("2 cells are added") != std::string::npos, more.text);
  BOOST_TEST(program("status " + out).text.find("6 cells: 6 finished") != std::string::npos);
  BOOST_TEST_REQUIRE(program(go_on + "encoding.type=t5_bias").code == 0);
  const outcome status = program("status " + out);
  BOOST_TEST(status.text.find("9 cells: 9 finished") != std::string::npos, status.text);
  BOOST_TEST(trained_at(out + "/encoding.type=rope,seed=1") == first);
  // As a fresh run has it.
  BOOST_TEST_REQUIRE(run("encoding.type=t5_bias seed=3 --output " + f.at("fresh")).code == 0);
  BOOST_TEST(measured(out + "/encoding.type=t5_bias,seed=3") == measured(f.at("fresh/cell")));
  BOOST_TEST(program(go_on + "seed=3").code == 0);  // there already
  BOOST_TEST(program("status " + out).text.find("9 cells: 9 finished") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(more_lengths_are_measured_without_training) {
  const std::string out = f.at("out");
  BOOST_TEST_REQUIRE(run("encoding.type=rope,alibi --output " + out).code == 0);
  const std::string trained = trained_at(out + "/encoding.type=rope");
  const outcome o = program("run " + out + " evaluate.lengths=[16,32,64,128] --quiet");
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  BOOST_TEST(o.text.find("trained already") != std::string::npos, o.text);
  BOOST_TEST(trained_at(out + "/encoding.type=rope") == trained);
  BOOST_TEST_REQUIRE(run("encoding.type=rope,alibi evaluate.lengths=[16,32,64,128] --output " + f.at("fresh")).code ==
                     0);
  for (const char* cell : {"encoding.type=rope", "encoding.type=alibi"}) {
    BOOST_TEST(measured(f.path / "out" / cell) == measured(f.path / "fresh" / cell), cell);
    for (const char* losses : {"nll/64-sliding.npy", "nll/16-fixed_targets.npy", "windows/128-fixed_targets.npy"})
      BOOST_TEST((contents(f.path / "out" / cell / losses) == contents(f.path / "fresh" / cell / losses)), losses);
  }
  BOOST_TEST(program("report " + out).text.find("128") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_study_takes_over_what_is_the_same_and_says_so) {
  const std::string out = f.at("out"), mine = f.at("mine");
  BOOST_TEST_REQUIRE(run("encoding.type=rope,alibi seed=1,2 --output " + out).code == 0);
  const outcome o = run("encoding.type=rope,none seed=2 evaluate.targets=128 --reuse " + out + " --output " + mine);
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const fs::path taken = mine + "/encoding.type=rope", own = mine + "/encoding.type=none";
  const json record = json::parse(contents(taken / "result.json"));
  BOOST_TEST(record.value("reused_from", "") == fs::canonical(out + "/encoding.type=rope,seed=2").string());
  BOOST_TEST(!json::parse(contents(own / "result.json")).contains("reused_from"));
  BOOST_TEST(trained_at(taken) == trained_at(out + "/encoding.type=rope,seed=2"));
  BOOST_TEST_REQUIRE(run("encoding.type=rope,none seed=2 evaluate.targets=128 --output " + f.at("fresh")).code == 0);
  BOOST_TEST(measured(taken) == measured(f.at("fresh/encoding.type=rope")));
  // What was trained otherwise is not taken over, and what is damaged neither.
  BOOST_TEST_REQUIRE(
      run("encoding.type=rope seed=2 train.steps=19 --reuse " + out + " --output " + f.at("other")).code == 0);
  BOOST_TEST(digest(f.at("other/cell")) != digest(taken));
  fs::resize_file(out + "/encoding.type=alibi,seed=1/checkpoints/step-000020.safetensors", 100);
  BOOST_TEST_REQUIRE(run("encoding.type=alibi --reuse " + out + " --output " + f.at("again")).code == 0);
  BOOST_TEST(!json::parse(contents(f.at("again/cell/result.json"))).contains("reused_from"));
  BOOST_TEST(digest(f.at("again/cell")) == digest(out + "/encoding.type=alibi,seed=1"));
}

BOOST_AUTO_TEST_CASE(a_finished_cell_keeps_its_parameters_and_they_are_evaluated) {
  const std::string out = f.at("out"), last = "/cell/checkpoints/step-000020.safetensors";
  BOOST_TEST_REQUIRE(run("--output " + f.at("whole")).code == 0);
  BOOST_TEST_REQUIRE(run("train.keep_checkpoints=0 --output " + out).code == 0);
  BOOST_TEST(digest(out + "/cell") == digest(f.at("whole/cell")));
  const auto count = [](const fs::path& folder) { return std::distance(fs::directory_iterator(folder), {}); };
  BOOST_TEST(count(out + "/cell/checkpoints") == 1);
  BOOST_TEST(count(f.at("whole/cell/checkpoints")) == 2);
  BOOST_TEST(3 * fs::file_size(out + last) < fs::file_size(f.at("whole") + last) + 8192);
  const std::string again = " evaluate.lengths=[32] evaluate.protocols=[sliding] --json --quiet";
  const outcome pruned = program("evaluate " + out + "/cell" + again),
                whole = program("evaluate " + f.at("whole/cell") + again);
  BOOST_TEST_REQUIRE(pruned.code == 0, pruned.text);
  BOOST_TEST(json::parse(pruned.text)["evaluation"] == json::parse(whole.text)["evaluation"]);
  // What is lost is made again from it.
  const json before = measured(out + "/cell");
  fs::remove(out + "/cell/nll/64-sliding.npy");
  BOOST_TEST_REQUIRE(run("train.keep_checkpoints=0 --output " + out).code == 0);
  BOOST_TEST(measured(out + "/cell") == before);
  // It is a matter of disks and not of results.
  BOOST_TEST(run("train.keep_checkpoints=1 --output " + out).code == 0);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_said) {
  const std::string out = f.at("out");
  BOOST_TEST_REQUIRE(run("encoding.type=rope,alibi --output " + out).code == 0);
  refused("run " + out + " --output " + f.at("x"), 2, "stays in its folder");
  refused("run " + out + " --only encoding.type=fire", 2, "encoding.type is \"alibi\", \"rope\"");
  refused("run " + out + " --only encodng.type=rope", 2, "did you mean encoding.type?");
  refused("run " + out + " train.stepps=3", 2, "did you mean");
  refused("run " + out + "/encoding.type=rope", 2, "is one cell and no study");
  refused("run " + config + " --reuse " + f.at("nowhere") + " --quiet --output " + f.at("y"), 2, f.at("nowhere"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
