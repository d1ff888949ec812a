// SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGXCPU: the first asks, the second ends.
#include <boost/test/unit_test.hpp>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

// A run that ends only when it is told to; `then` is told to it ($p) as soon as it trains.
struct endless_study : tiny_study {
  outcome interrupted_by(const std::string& then, const std::string& words, const std::string& out,
                         int delay_ms = 0) const {
    return shell("export LENGTHWISE_SAVE_DELAY_MS=" + std::to_string(delay_ms) + "; " + LENGTHWISE_PROGRAM + " run " +
                 config + " --quiet --threads 1 train.steps=10000000 " +
                 "train.checkpoint_every=10000000 train.log_every=1 train.validate_every=0 " + words + " --output " +
                 out + " & p=$!; " + until("find " + out + " -name metrics.jsonl -size +0 | grep .") + then +
                 "; wait $p");
  }
};

int last_step(const fs::path& cell) {
  const std::string lines = contents(cell / "metrics.jsonl");
  return std::stoi(lines.substr(lines.rfind("{\"step\":") + 8));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(signals, endless_study)

BOOST_AUTO_TEST_CASE(the_first_saves_the_step_it_finds) {
  for (const std::string signal : {"TERM", "INT", "USR1", "HUP", "XCPU"}) {
    const outcome o = interrupted_by("kill -" + signal + " $p", "", f.at(signal));
    BOOST_TEST(o.code == 75, signal << ": " << o.text);
    const int last = last_step(f.path / signal / "cell");
    BOOST_TEST(last > 0);
    BOOST_TEST(program("status " + f.at(signal))
                   .text.find("interrupted  cell  saved at step " + std::to_string(last) + "\n") == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_limit_on_time_saves_however_often_the_system_repeats_it) {
  // SIGXCPU comes every second from the soft limit on, while a save is held up for more than two.
  const outcome o =
      interrupted_by("kill -XCPU $p; sleep 0.3; kill -XCPU $p; sleep 0.3; kill -XCPU $p", "", f.at("out"), 1500);
  BOOST_TEST(o.code == 75, o.text);
}

BOOST_AUTO_TEST_CASE(a_closed_terminal_ends_nothing_that_nohup_began) {
  // A terminal's hangup is ignored where it was ignored before.
  const outcome o =
      shell("trap '' HUP; " LENGTHWISE_PROGRAM " run " + config + " --quiet train.steps=2000 --output " + f.at("out") +
            " & p=$!; " + until("[ -s " + f.at("out/cell/metrics.jsonl") + " ]") + "kill -HUP $p; wait $p");
  BOOST_TEST(o.code == 0, o.text);
}

BOOST_AUTO_TEST_CASE(the_first_reaches_the_processes_of_all_cells) {
  // Both cells train before the signal comes.
  const std::string both =
      "[ -s " + f.at("out/seed=1/metrics.jsonl") + " ] && [ -s " + f.at("out/seed=2/metrics.jsonl") + " ]";
  const outcome o = interrupted_by(until(both) + "kill -TERM $p", "seed=1,2 --jobs 2", f.at("out"));
  BOOST_TEST(o.code == 75, o.text);
  const std::string status = program("status " + f.at("out")).text;
  for (const std::string cell : {"seed=1", "seed=2"})
    BOOST_TEST(status.find("interrupted  " + cell + "  saved at step " +
                           std::to_string(last_step(f.path / "out" / cell)) + "\n") != std::string::npos,
               status);
}

BOOST_AUTO_TEST_CASE(a_cell_whose_process_is_killed_takes_no_other_with_it) {
  const std::string one = f.at("out/seed=1"), two = f.at("out/seed=2");
  const outcome o = interrupted_by(until("[ -s " + one + "/metrics.jsonl ] && [ -s " + two + "/metrics.jsonl ]") +
                                       "kill -KILL $(cat " + one + "/lock); " +
                                       until("[ -s " + one + "/failure.json ]") + "kill -TERM $p",
                                   "seed=1,2 --jobs 2", f.at("out"));
  BOOST_TEST(o.code == 75, o.text);
  const std::string status = program("status " + f.at("out")).text;
  BOOST_TEST(status.find("failed       seed=1  exit code 137: ended by signal 9\n") != std::string::npos, status);
  BOOST_TEST(
      status.find("interrupted  seed=2  saved at step " + std::to_string(last_step(two)) + "\n") != std::string::npos,
      status);
}

BOOST_AUTO_TEST_CASE(in_the_evaluation_nothing_is_lost_either) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("whole")).code == 0);
  const std::string words = std::string(LENGTHWISE_PROGRAM) + " run " + config + " --quiet --output " + f.at("out");
  const outcome o = shell("LENGTHWISE_SAVE_DELAY_MS=200 " + words + " & p=$!; " +
                          until("[ -s " + f.at("out/cell/evaluation.partial.json") + " ]") + "kill -TERM $p; wait $p");
  BOOST_TEST(o.code == 75, o.text);
  BOOST_TEST(!fs::exists(f.path / "out/cell/result.json"));
  BOOST_TEST(shell(words).code == 0);
  const auto measured = [&](const char* folder) {
    return std::regex_replace(contents(f.path / folder / "cell/result.json"), std::regex("\"seconds\": [^,}]*"), "");
  };
  BOOST_TEST(measured("out") == measured("whole"));
  BOOST_TEST(!fs::exists(f.path / "out/cell/evaluation.partial.json"));
}

BOOST_AUTO_TEST_CASE(the_second_ends_the_run_at_once) {
  // Both wait for the program when it goes on; which is the second is the system's choice.
  const int either =
      interrupted_by("kill -STOP $p; kill -INT $p; kill -TERM $p; kill -CONT $p", "", f.at("either")).code;
  BOOST_TEST((either == 130 || either == 143), either);
  // The same twice, the second while the first one's save is held up. On a busy machine the save may win.
  int code = 75;
  for (int attempt = 0; attempt < 10 && code == 75; ++attempt)
    code = interrupted_by("kill -INT $p; " + until("ls " + f.at("out") + "/cell/checkpoints/*.tmp") + "kill -INT $p",
                          "seed=" + std::to_string(attempt), f.at("out"), 500)
               .code,
    fs::remove_all(f.path / "out");
  BOOST_TEST(code == 130);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
