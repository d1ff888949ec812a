// The program run as a user runs it: studies, interruptions, refusals.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(run, tiny_study)

BOOST_AUTO_TEST_CASE(a_cell_leaves_what_the_documentation_says) {
  const outcome o = run("--output " + f.at("out"));
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const fs::path cell = f.path / "out/cell";
  for (const char* name :
       {"config.toml", "manifest.json", "metrics.jsonl", "result.json", "checkpoints/step-000020.safetensors",
        "checkpoints/step-000015.safetensors", "nll/16-sliding.npy", "nll/64-fixed_targets.npy"})
    BOOST_TEST(fs::exists(cell / name), name);
  BOOST_TEST(!fs::exists(cell / "checkpoints/step-000010.safetensors"));
  const std::string lines = contents(cell / "metrics.jsonl");
  BOOST_TEST(std::ranges::count(lines, '\n') == 10);
  BOOST_TEST(lines.find("\"validation_loss\":") != std::string::npos);
  BOOST_TEST(digest(cell).size() == 64u);

  // Again: nothing to do. Status says so.
  BOOST_TEST(run("--output " + f.at("out")).code == 0);
  BOOST_TEST(contents(cell / "metrics.jsonl") == lines);
  BOOST_TEST(program("status " + f.at("out")).text.find("finished     cell") == 0u);
}

BOOST_AUTO_TEST_CASE(the_resolved_config_repeats_the_result_on_any_number_of_threads) {
  BOOST_TEST_REQUIRE(run("encoding.type=t5_bias --threads 1 --output " + f.at("a")).code == 0);
  BOOST_TEST_REQUIRE(program("run " + f.at("a/cell/config.toml") + " --threads 3 --quiet --output " + f.at("b")).code ==
                     0);
  BOOST_TEST(digest(f.path / "a/cell") == digest(f.path / "b/cell"));
  BOOST_TEST(metrics(f.path / "a/cell") == metrics(f.path / "b/cell"));
  BOOST_TEST(contents(f.path / "a/cell/nll/64-sliding.npy") == contents(f.path / "b/cell/nll/64-sliding.npy"));
}

BOOST_AUTO_TEST_CASE(every_instruction_set_gives_the_same_losses_too) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("own")).code == 0);
  for (const std::string level : {"v3", "v4"}) {
    const outcome o = testing::shell("LENGTHWISE_LEVEL=" + level + " " + LENGTHWISE_PROGRAM + " run " + config +
                                     " --quiet --output " + f.at(level));
    if (level == "v4" && o.code != 0) continue;  // not on this machine
    BOOST_TEST_REQUIRE(o.code == 0, o.text);
    BOOST_TEST(contents(f.path / level / "cell/manifest.json").find("\"kernels\": \"" + level + "\"") !=
               std::string::npos);
    BOOST_TEST(digest(f.path / level / "cell") == digest(f.path / "own/cell"));
    BOOST_TEST(metrics(f.path / level / "cell") == metrics(f.path / "own/cell"));
    for (const char* losses : {"nll/16-sliding.npy", "nll/64-non_overlapping.npy"})
      BOOST_TEST(contents(f.path / level / "cell" / losses) == contents(f.path / "own/cell" / losses));
  }
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_goes_on_as_if_nothing_had_been) {
  const std::string longer = "train.steps=400 train.checkpoint_every=100 --threads 1 --output ";
  BOOST_TEST_REQUIRE(run(longer + f.at("whole")).code == 0);
  for (const auto& [signal, code] : {std::pair{"TERM", 75}, {"INT", 75}, {"USR1", 75}, {"KILL", 137}}) {
    const std::string out = f.at(signal);
    // As soon as there are metrics, the training is under way.
    const outcome o = testing::shell(std::string(LENGTHWISE_PROGRAM) + " run " + config + " --quiet " + longer + out +
                                     " & p=$!; while [ ! -s " + out +
                                     "/cell/metrics.jsonl ]; do sleep 0.005; done; kill -" + signal + " $p; wait $p");
    BOOST_TEST((o.code == code || o.code == 0), signal << " gave " << o.code << ": " << o.text);
    if (o.code == 75) BOOST_TEST(program("status " + out).text.find("interrupted  cell  saved at step") == 0u);
    BOOST_TEST_REQUIRE(run(longer + out).code == 0);
    BOOST_TEST(digest(out + "/cell") == digest(f.path / "whole/cell"));
    BOOST_TEST(metrics(out + "/cell") == metrics(f.path / "whole/cell"));
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_newest_checkpoint_falls_back_to_the_one_before) {
  const std::string words = "--output " + f.at("out");
  BOOST_TEST_REQUIRE(run(words).code == 0);
  const fs::path cell = f.path / "out/cell";
  const std::string whole = digest(cell), lines = metrics(cell);
  fs::remove(cell / "result.json");
  const fs::path newest = cell / "checkpoints/step-000020.safetensors";
  std::string bytes = contents(newest);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  std::ofstream(newest, std::ios::binary) << bytes;
  const outcome o = run(words);
  BOOST_TEST(o.code == 0, o.text);
  BOOST_TEST(o.text.find("warning: ") != std::string::npos, o.text);
  BOOST_TEST(digest(cell) == whole);
  BOOST_TEST(metrics(cell) == lines);

  fs::remove(cell / "result.json");
  for (const auto& file : fs::directory_iterator(cell / "checkpoints")) fs::resize_file(file.path(), 100);
  const outcome anew = run(words);
  BOOST_TEST(anew.code == 0, anew.text);
  BOOST_TEST(anew.text.find("beginning anew") != std::string::npos, anew.text);
  BOOST_TEST(digest(cell) == whole);
  BOOST_TEST(metrics(cell) == lines);
}

BOOST_AUTO_TEST_CASE(cells_in_processes_give_the_same) {
  const std::string sweep = "encoding.type=rope,none seed=1,2 ";
  BOOST_TEST_REQUIRE(run(sweep + "--output " + f.at("one")).code == 0);
  const outcome o = run(sweep + "--jobs 2 --output " + f.at("two"));
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  for (const auto& cell : fs::directory_iterator(f.path / "one"))
    if (cell.is_directory()) BOOST_TEST(digest(cell.path()) == digest(f.path / "two" / cell.path().filename()));
}

BOOST_AUTO_TEST_CASE(a_folder_of_another_config_is_refused_with_the_difference) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("out")).code == 0);
  const std::string out = " --quiet --output " + f.at("out");
  refused("run " + config + " train.steps=30" + out, 2, "train.steps is 20 there and 30 here");
  refused("run " + config + " seed=1,2" + out, 2, "it has the cells cell, which this config has not");
  std::ofstream(f.path / "out/study.json") << "{\"schema\": 9}";
  refused("run " + config + out, 2, "schema 9, written by a newer version");
  fs::remove(f.path / "out/study.json");
  fs::remove(f.path / "out/cell/result.json");
  refused("run " + config + " train.steps=30" + out, 2, "train.steps is 20 there and 30 here");
}

BOOST_AUTO_TEST_CASE(bad_texts_and_folders_are_refused) {
  const std::string out = " --quiet --output " + f.at("out");
  refused("run " + config + " corpus.path=" + f.at("missing.txt") + out, 3, "is not at " + f.at("missing.txt"));
  refused("run " + config + " corpus.path=" + f.write("empty.txt", "") + out, 3, "is empty");
  refused("run " + config + " corpus.path=" + f.write("short.txt", "In the beginning") + out, 3, "is too short");
  refused("run " + config + " corpus.path=" + f.path.string() + out, 3, "it is a folder");
  const outcome unknown = testing::shell("cd " LENGTHWISE_SOURCE_DIR "; " + std::string(LENGTHWISE_PROGRAM) + " run " +
                                         config + " corpus.name=kvj" + out);
  BOOST_TEST(unknown.code == 2, unknown.text);
  BOOST_TEST(unknown.text.find("there is no corpus 'kvj'; known: ") != std::string::npos, unknown.text);
  refused("run " + config + " evaluate.lengths=16,1000000" + out, 3, "is too short");
  BOOST_TEST(!fs::exists(f.at("out")));

  refused("run " + config + " --quiet --output /proc/none", 6, "cannot make the folder /proc/none");
  refused("run " + config + " --quiet --output " + f.write("file", "x"), 6, "cannot make the folder");
  fs::create_directories(f.path / "elsewhere");
  fs::create_directories(f.path / "linked");
  fs::create_directory_symlink(f.path / "elsewhere", f.path / "linked/cell");
  refused("run " + config + " --quiet --output " + f.at("linked"), 2, "is a symbolic link");
  BOOST_TEST(fs::is_empty(f.path / "elsewhere"));
}

BOOST_AUTO_TEST_CASE(a_text_that_changed_since_is_refused) {
  std::string text;
  while (text.size() < 4000) text += "And the evening and the morning were day " + std::to_string(text.size()) + ".\n";
  const std::string words = "run " + config + " evaluate.lengths=16 corpus.path=" + f.write("own.txt", text) +
                            " --quiet --output " + f.at("out");
  BOOST_TEST_REQUIRE(program(words).code == 0);
  fs::remove(f.path / "out/cell/result.json");
  f.write("own.txt", text + "!");
  refused(words, 3, "the text has changed since");
}

BOOST_AUTO_TEST_CASE(a_full_disk_loses_nothing) {
  const std::string words = "train.steps=40 --output " + f.at("out");
  // A limit on the size of files stands for a disk that is full: no checkpoint fits.
  const outcome o =
      testing::shell("ulimit -f 20; " + std::string(LENGTHWISE_PROGRAM) + " run " + config + " --quiet " + words);
  BOOST_TEST(o.code == 6, o.text);
  BOOST_TEST(run(words).code == 0);
  BOOST_TEST_REQUIRE(run("train.steps=40 --output " + f.at("whole")).code == 0);
  BOOST_TEST(digest(f.path / "out/cell") == digest(f.path / "whole/cell"));
  BOOST_TEST(metrics(f.path / "out/cell") == metrics(f.path / "whole/cell"));
}

BOOST_AUTO_TEST_CASE(two_processes_on_one_folder) {
  const std::string words = " run " + config + " --quiet train.steps=100000 --output " + f.at("out");
  const outcome o =
      testing::shell(LENGTHWISE_PROGRAM + words + " & p=$!; while [ ! -s " + f.at("out/cell/metrics.jsonl") +
                     " ]; do sleep 0.01; done; " + LENGTHWISE_PROGRAM + words + "; echo code $?; echo first $p; " +
                     LENGTHWISE_PROGRAM + " status " + f.at("out") + "; kill -TERM $p; wait $p");
  const std::string first = found(o.text, "first ([0-9]+)");
  BOOST_TEST(o.text.find("is in use by process " + first) != std::string::npos, o.text);
  BOOST_TEST(o.text.find("code 6") != std::string::npos, o.text);
  BOOST_TEST(o.text.find("(process " + first + ")") != std::string::npos, o.text);
  BOOST_TEST(o.code == 75, o.text);
}

BOOST_AUTO_TEST_CASE(evaluating_again) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("out")).code == 0);
  const std::string cell = f.at("out/cell");
  const outcome o = program("evaluate " + cell + " evaluate.lengths=16,32 evaluate.protocols=sliding --quiet --json");
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  // The same length by the same protocol has the same number, whatever stands beside it.
  const std::string number = "\"length\": 16,\\s*\"protocol\": \"sliding\",[^}]*\"nll\": ([0-9.e-]+)";
  BOOST_TEST(found(o.text, number) == found(contents(cell + "/result.json"), number));
  BOOST_TEST(
      fs::exists(cell + "/evaluations/evaluate.lengths=[16,32],evaluate.protocols=[sliding]/nll/32-sliding.npy"));
  // In another order, on other threads, after others: the losses of every target are the same bits.
  const std::string other = "evaluate.lengths=[64,16],evaluate.protocols=[fixed_targets,sliding,non_overlapping]";
  BOOST_TEST_REQUIRE(
      program(
          "evaluate " + cell +
          " evaluate.lengths=[64,16] evaluate.protocols=[fixed_targets,sliding,non_overlapping] --threads 3 --quiet")
          .code == 0);
  int compared = 0;
  for (const auto& losses : fs::directory_iterator(cell + "/nll")) {
    const std::string name = losses.path().filename().string();
    BOOST_TEST(contents(losses.path()) == contents(fs::path(cell) / "evaluations" / other / "nll" / name), name);
    ++compared;
  }
  BOOST_TEST(compared == 6);
  refused("evaluate " + cell + " train.steps=3", 2, "belongs to the training");
  refused("evaluate " + f.at("none"), 2, "no config at");
}

BOOST_AUTO_TEST_CASE(a_trace_holds_every_step) {
  BOOST_TEST_REQUIRE(run("--trace " + f.at("trace") + " --output " + f.at("out")).code == 0);
  for (const char* name : {"initial.safetensors", "batches.safetensors", "losses.npy", "final.safetensors"})
    BOOST_TEST(fs::exists(f.path / "trace" / name), name);
  refused("run " + config + " seed=1,2 --trace " + f.at("t"), 2, "--trace follows one cell");
}

BOOST_AUTO_TEST_CASE(a_plan_takes_seconds_whatever_the_lengths) {
  std::string text;
  while (text.size() < 4'200'000) text += std::to_string(text.size() * 7919 % 100'003) + " ";
  const std::string words =
      "corpus.path=" + f.write("long.txt", text) + " evaluate.lengths=[16,200000] evaluate.stride=16 --dry-run --json";
  const auto begin = std::chrono::steady_clock::now();
  const outcome o = run(words + " --threads 1");
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  BOOST_TEST(o.code == 0, o.text);
  BOOST_TEST(seconds < 20, seconds);  // two or three; a window of this length alone takes minutes
  // The plan knows: attention over 200,000 bytes is 10^10 pairs a layer and head, which no core does in 10 seconds.
  BOOST_TEST(std::stod("0" + found(o.text, "\"evaluation_seconds\": ([0-9.e+]+)")) > 10, o.text);
}

BOOST_AUTO_TEST_CASE(other_commands) {
  BOOST_TEST(run("--dry-run --json").text.find("\"parameters\": ") != std::string::npos);
  BOOST_TEST(!fs::exists("runs/tiny"));
  BOOST_TEST(program("show " + config).text.find("# hash ") == 0u);
  BOOST_TEST(program("list encodings").text.find("\nrope ") != std::string::npos);
  BOOST_TEST(program("list encodings --json").text.find("\"name\": \"rope\"") != std::string::npos);
  refused("list everything", 2, "lists: encodings, views, tasks, corpora, configs");
  refused("", 2, "which command? lengthwise --help lists them\nfor example: lengthwise run configs/quickstart.toml");
  refused("run", 2, "run needs CONFIG");
  refused("rnu " + config, 2, "there is no command \"rnu\"; did you mean run?");
  refused("frobnicate", 2, "there is no command \"frobnicate\"; lengthwise --help lists them");
  refused("run " + config + " --jbos 3", 2,
          "run has no option --jbos; did you mean --jobs?\nfor example: lengthwise run");
  refused("run " + config + " --treads=3", 2, "run has no option --treads; did you mean --threads?");
  refused("run " + config + " -j 3", 2, "run has no option -j; did you mean --jobs?");
  refused("run " + config + " --jobs", 2, "--jobs needs a value: --jobs N: cells at once");
  refused("run " + config + " --jobs 1 --jobs 2", 2, "--jobs is said twice");
  refused("--jobs 2 run " + config, 2, "--jobs stands before the command");
  refused("--hlep", 2, "there is no option --hlep; did you mean --help?");
  refused("status a b", 2, "status takes DIR, and \"b\" is a word too many");
  refused("status --json=maybe a", 2, "--json is a switch and takes no value");
  refused("list encodngs", 2, "did you mean encodings?");
  refused("corpus fecth kjv", 2, "did you mean fetch?");
  refused("inspect roep", 2, "there is no encoding and no view \"roep\"; did you mean rope?");
  refused("run " + f.at("tny.toml"), 2, "did you mean " + config + "?");
  refused("run " + config + " --jobs none", 2, "--jobs must be a whole number");
  for (const char* name : {"run", "status", "report", "evaluate", "show", "list", "corpus", "completion"}) {
    const outcome help = program(std::string(name) + " --help");
    BOOST_TEST(help.code == 0);
    BOOST_TEST(help.text.find("Example:") != std::string::npos, name);
  }
  for (const char* shell : {"bash", "zsh", "fish"})
    BOOST_TEST(program(std::string("completion ") + shell).text.find(" complete -- ") != std::string::npos);
  if (testing::shell("command -v bash").code == 0)
    BOOST_TEST(
        testing::shell(std::string("bash -c 'source <(") + LENGTHWISE_PROGRAM + " completion bash)'").text.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
