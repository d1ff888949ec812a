// Tasks as a user runs them: what is recorded against the items, made again here, and the losses; and bad configs.
#include "experiments/answers/score_table.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/items/task_items.hpp"
#include "core/storage/npy.hpp"
#include "experiments/statistics/wilson_interval.hpp"
#include "tests/experiments/tiny_study.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

constexpr const char* task_config = R"(name = "asked"
[corpus]
name = "task"
[task]
name = "copy"
symbols = 3
most = 4
items = 50
[model]
layers = 1
width = 16
heads = 2
feed_forward = 32
[train]
batch = 8
steps = 100
rate = 1e-2
warmup = 2
checkpoint_every = 10
validation_targets = 256
[evaluate]
lengths = [4, 8]
)";

struct asked_study {
  folder f;
  std::string config = f.write("asked.toml", task_config), output = f.at("out");
  outcome run(const std::string& words) const { return program("run " + config + " " + words + " --quiet"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(score_table)

BOOST_FIXTURE_TEST_CASE(scores_are_what_losses_and_items_say, asked_study) {
  const outcome o = run("seed=1,2,3 --output " + output);
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const std::filesystem::path cell = std::filesystem::path(output) / "seed=2";
  const nlohmann::json result = nlohmann::json::parse(contents(cell / "result.json"));
  BOOST_TEST(result["train"]["length"] == 4);
  BOOST_TEST_REQUIRE(result["evaluation"].size() == 2u);
  std::int64_t right_answers = 0;
  for (const nlohmann::json& e : result["evaluation"]) {
    const int n = e["length"];
    const auto inputs = static_cast<std::size_t>(2 * n + 1);
    const std::string name = std::to_string(n) + "-task.npy";
    const auto losses = read_npy<float>(cell / "nll" / name);
    const auto answers = read_npy<std::int64_t>(cell / "answers" / name);
    BOOST_TEST_REQUIRE(losses.shape.size() == 2u);
    BOOST_TEST(losses.shape[0] == 50u);
    BOOST_TEST(losses.shape[1] == inputs);
    // The second half of each item is scored; what has more than half of the probability is right, and less than a
    // third wrong.
    double sum = 0;
    std::int64_t exact = 0;
    for (std::size_t item = 0; item < 50; ++item) {
      bool all = true;
      for (std::size_t i = 0; i < inputs; ++i) {
        const float loss = losses.values[item * inputs + i];
        BOOST_REQUIRE(std::isnan(loss) == (i < static_cast<std::size_t>(n) + 1));
        if (!std::isnan(loss)) sum += static_cast<double>(loss);
      }
      for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
        const std::int64_t* row = &answers.values[4 * (item * static_cast<std::size_t>(n) + i)];
        BOOST_REQUIRE(row[0] == static_cast<std::int64_t>(item));
        BOOST_REQUIRE(row[1] == n + 1 + static_cast<std::int64_t>(i));
        const bool right = row[3] == 2;
        const float loss = losses.values[item * inputs + static_cast<std::size_t>(row[1])];
        if (loss < std::log(2.0F)) BOOST_REQUIRE(right);
        if (loss > std::log(256.0F)) BOOST_REQUIRE(!right);
        all = all && right, right_answers += right;
      }
      exact += all;
    }
    BOOST_TEST(e["protocol"] == "task");
    BOOST_TEST(e["items"] == 50);
    BOOST_TEST(e["targets"] == 50 * n);
    BOOST_TEST(e["nll"].get<double>() == sum / (50.0 * n), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(e["exact_match"].get<double>() == static_cast<double>(exact) / 50);
    BOOST_TEST(e["exact_match_interval"][1].get<double>() >= e["exact_match"].get<double>());
    BOOST_TEST(e["guess"]["accuracy"].get<double>() == 1.0 / 3, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(e["guess"]["exact_match"].get<double>() == std::pow(3.0, -n), boost::test_tools::tolerance(1e-9));
  }
  BOOST_TEST(right_answers > 50);  // of three symbols, one in three

  const outcome table = program("report " + output + " --html " + f.at("page.html") + " --csv - ");
  const outcome text = program("report " + output);
  BOOST_TEST(text.text.find("Items answered") != std::string::npos, text.text);
  BOOST_TEST(text.text.find("rope, 4 (trained)") != std::string::npos, text.text);
  BOOST_TEST(table.text.find(",task,") != std::string::npos, table.text);
  // The same again does nothing, and an answers file that is gone is made again.
  const std::string answers = contents(cell / "answers" / "8-task.npy");
  BOOST_TEST(run("seed=1,2,3 --output " + output).code == 0);
  const outcome again =
      program("evaluate " + cell.string() + " evaluate.lengths=[6] evaluate.views=[raw,crowd] --quiet");
  BOOST_TEST(again.code == 0, again.text);
  BOOST_TEST(program("explain " + output).text.find("leaves no question") != std::string::npos);
}

// Killed in the middle or not, on one thread or two: the same bits.
BOOST_FIXTURE_TEST_CASE(tasks_resume_to_the_same_bits, asked_study) {
  BOOST_TEST(run("--threads 2 --output " + f.at("whole")).code == 0);
  const outcome half = run("train.checkpoint_every=5 --threads 1 --output " + f.at("other"));
  BOOST_TEST(half.code == 0, half.text);
  BOOST_TEST(digest(f.path / "whole" / "cell") == digest(f.path / "other" / "cell"));
  BOOST_TEST(!digest(f.path / "whole" / "cell").empty());
}

BOOST_FIXTURE_TEST_CASE(bad_configs_get_one_line, asked_study) {
  const tiny_study text;
  const auto refused = [&](const std::string& words, const std::string& message) {
    text.refused("show " + config + " " + words, 2, message);
  };
  refused("task.name=cpy", "is \"cpy\", which is no task; did you mean \"copy\"?");
  refused("task.least=5", "task.least must not be longer than task.most");
  refused("train.length=8", "train.length is 8, and items of task copy of length 4 have 9 inputs; leave it out");
  refused("evaluate.protocols=[sliding]", "evaluate.protocols must be [\"task\"] for a task");
  refused("task.unique=true", "task.unique leaves no symbols");
  refused("task.symbols=1000", "task.symbols must lie between 2 and 62");
  refused("task.digits=3", "unknown key task.digits");
  const outcome elsewhere = program("show " + config + " corpus.name=synthetic evaluate.stride=2");
  BOOST_TEST(elsewhere.code == 0, elsewhere.text);
  BOOST_TEST(elsewhere.text.find("[task]") == std::string::npos);
  text.refused("show " + text.config + " evaluate.protocols=[task]", 2, "which goes with corpus.name = \"task\"");
  text.refused("run " + config + " task.name=parity task.most=1 evaluate.lengths=[2] --quiet --output " + f.at("few"),
               2, "too few items of length 1");
  // Another task on the command line leaves behind what the file says of its own.
  const outcome other = program("show " + config + " task.name=parity");
  BOOST_TEST(other.code == 0, other.text);
  BOOST_TEST(other.text.find("task.symbols is left out") != std::string::npos, other.text);
  BOOST_TEST(other.text.find("length = 6") != std::string::npos, other.text);
}

BOOST_FIXTURE_TEST_CASE(a_plan_and_lists_know_tasks, asked_study) {
  const outcome plan = run("--dry-run");
  BOOST_TEST(plan.code == 0, plan.text);
  const outcome list = program("list tasks");
  for (const char* name : {"copy", "reverse", "sort", "parity", "modular_arithmetic", "majority", "count", "addition",
                           "permutations", "stack", "missing_duplicate", "lookup", "needle"})
    BOOST_TEST(("\n" + list.text).find("\n" + std::string(name) + " ") != std::string::npos, name);
  BOOST_TEST(program("corpus show task task.name=needle task.most=6").text.find("?(") != std::string::npos);
}

// Two seeds of a made-up study: their mean, worst, median and best.
BOOST_AUTO_TEST_CASE(seeds_are_put_together) {
  curve c{read_text("rope"), {}};
  for (const auto& [seed, exact] : {std::pair<std::uint64_t, std::int64_t>{1, 10}, {2, 90}, {3, 20}}) {
    finished_cell cell{"cell", "/nowhere", {}, {}};
    cell.result.seed = seed, cell.result.train_length = 20;
    cell.result.evaluation.push_back({40, protocol::task, 0, "none", evaluation_status::ok, 400, 1, 0.1, 2.7, 1.4});
    cell.result.evaluation.back().scores = item_scores{100, exact, 400, 4 * exact, 0.01, 0.25};
    c.cells.push_back(std::move(cell));
  }
  const std::optional<measured_scores> s = scores_of(c, 40);
  BOOST_TEST_REQUIRE(s.has_value());
  BOOST_TEST((s->exact == std::vector<double>{0.1, 0.2, 0.9}));
  BOOST_TEST(s->together.exact_match() == 0.4, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(s->together.accuracy() == 0.4, boost::test_tools::tolerance(1e-12));
  const std::string text = score_text({"made up", {c}, 3, 0, {}, 0, {}});
  for (const char* number : {"40.0", "10.0", "20.0", "90.0", "1.0", "25.0"})
    BOOST_TEST(text.find(number) != std::string::npos, text);
  BOOST_TEST(!scores_of(c, 20).has_value());
}

// Ends of the interval are where the share lies as many deviations off as the level says; and a published table's
// values.
BOOST_AUTO_TEST_CASE(wilson_intervals_solve_their_equation) {
  for (const auto& [share, trials] : {std::pair{0.0, 10.0}, {0.5, 10.0}, {0.13, 500.0}, {1.0, 30.0}}) {
    const auto [low, high] = wilson_interval(share, trials);
    for (const double end : {low, high})
      if (end > 1e-9 && end < 1 - 1e-9)
        BOOST_TEST(std::abs(share - end) / std::sqrt(end * (1 - end) / trials) == 1.959963984540054,
                   boost::test_tools::tolerance(1e-9));
    BOOST_TEST(low <= share + 1e-12);
    BOOST_TEST(high >= share - 1e-12);
  }
  BOOST_TEST(wilson_interval(0, 10).second == 0.2775, boost::test_tools::tolerance(1e-3));
}

BOOST_AUTO_TEST_SUITE_END()
