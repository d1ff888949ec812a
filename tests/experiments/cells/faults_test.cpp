// What goes wrong on a machine: no room on the disk, in memory or for a thread, a folder that cannot be written,
// numbers that are not finite, clocks that jump. Nothing is lost, and the message says what to do.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <vector>

#include "experiments/cells/cell_memory.hpp"
#include "experiments/texts/study_source.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

// Largest resident memory, in bytes, of the program.
double resident(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execv(LENGTHWISE_PROGRAM, arguments.data());
    ::_exit(127);
  }
  int status = -1;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  BOOST_TEST_REQUIRE(status == 0);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(faults, tiny_study)

BOOST_AUTO_TEST_CASE(a_small_disk_that_fills_keeps_the_last_checkpoint) {
  const std::string own = with_own_mounts();
  if (own.empty()) return;
  BOOST_TEST_REQUIRE(run("--output " + f.at("whole")).code == 0);
  fs::create_directory(f.path / "disk");
  const std::string disk = f.at("disk"),
                    words = std::string(LENGTHWISE_PROGRAM) + " run " + config + " --quiet --output " + disk + "/out";
  // Room for one checkpoint of 130 KB, not for two.
  const outcome o =
      shell(own + "sh " +
            f.write("script", "mount -t tmpfs -o size=220k none " + disk + "; " + words + "; echo code $?; ls " + disk +
                                  "/out/cell/checkpoints; mount -o remount,size=4m " + disk + "; " + words +
                                  "; echo again $?; cp -r " + disk + "/out " + f.at("copy")));
  BOOST_TEST(o.text.find("No space left on device; free some space and run again; finished work is kept\ncode "
                         "6\nstep-000005.safetensors\n") != std::string::npos,
             o.text);
  BOOST_TEST(o.text.find("again 0") != std::string::npos, o.text);
  BOOST_TEST(digest(f.path / "copy/cell") == digest(f.path / "whole/cell"));
  BOOST_TEST(metrics(f.path / "copy/cell") == metrics(f.path / "whole/cell"));
}

BOOST_AUTO_TEST_CASE(a_read_only_folder_is_refused_for_writing_and_read_all_the_same) {
  const std::string own = with_own_mounts();
  if (own.empty()) return;
  const std::string out = f.at("out"), start = LENGTHWISE_PROGRAM;
  BOOST_TEST_REQUIRE(run("seed=1,2 --output " + out).code == 0);
  fs::remove(f.path / "out/seed=2/result.json");
  const std::string words = start + " run " + config + " --quiet --output ";
  const outcome o = shell(own + "sh " +
                          f.write("script", "mount --bind " + f.path.string() + " " + f.path.string() +
                                                "; mount -o remount,bind,ro " + f.path.string() + "; " + words + out +
                                                " seed=1,2; echo unfinished $?; " + words + f.at("new") +
                                                "; echo new $?; " + start + " status " + out + "; echo status $?; " +
                                                start + " report " + out + " >/dev/null; echo report $?; " + start +
                                                " evaluate " + out + "/seed=1 --quiet; echo evaluate $?"));
  BOOST_TEST(
      o.text.find("Read-only file system; choose another folder with --output\nunfinished 6\n") != std::string::npos,
      o.text);
  BOOST_TEST(o.text.find("Read-only file system; choose another with --output\nnew 6\n") != std::string::npos, o.text);
  for (const char* line : {"\nstatus 0\n", "\nreport 0\n", "\nevaluate 6"})
    BOOST_TEST(o.text.find(line) != std::string::npos, line << " is not in " << o.text);
  BOOST_TEST(std::ranges::count(o.text, '\n') <= 14, o.text);  // one or two lines each
}

BOOST_AUTO_TEST_CASE(a_cell_that_is_not_finite_stops_alone_and_before_its_update) {
  const std::string words =
      "train.rate=1000,0.001 train.clip=0 train.warmup=0 train.weight_decay=100 train.checkpoint_every=1 "
      "train.log_every=1 ";
  for (const std::string jobs : {"1", "2"}) {
    const std::string out = f.at("study" + jobs);
    for (int time = 0; time < 2; ++time) {  // again it ends in the same way, and keeps what is finished
      const outcome o = run(words + "--jobs " + jobs + " --output " + out);
      BOOST_TEST(o.code == 7, o.text);
      BOOST_TEST(o.text.find("1 of 2 cells failed; the first, train.rate=1000.0: step ") != std::string::npos, o.text);
      BOOST_TEST(fs::exists(out + "/train.rate=0.001/result.json"));
      BOOST_TEST(found(program("status " + out).text, "failed       train.rate=1000.0  exit code (5): step") == "5");
    }
    const fs::path cell = out + "/train.rate=1000.0";
    const int step = std::stoi("0" + found(contents(cell / "failure.json"), "\"message\": \"step ([0-9]+): the "));
    BOOST_TEST(step > 1);
    BOOST_TEST(fs::exists(cell / "checkpoints" / fmt::format("step-{:06}.safetensors", step - 1)));
    BOOST_TEST(!fs::exists(cell / "checkpoints" / fmt::format("step-{:06}.safetensors", step)));
    BOOST_TEST(std::ranges::count(contents(cell / "metrics.jsonl"), '\n') == step - 1);
  }
  const outcome alone =
      run("train.rate=1000 train.clip=0 train.warmup=0 train.weight_decay=100 --output " + f.at("alone"));
  BOOST_TEST(alone.code == 5, alone.text);
  BOOST_TEST(alone.text.find("lengthwise: step ") == 0u, alone.text);
}

BOOST_AUTO_TEST_CASE(memory_that_is_not_there_is_refused_with_the_numbers) {
  const std::string words =
      " run " + config +
      " --quiet seed=1,2 model.width=2048 model.feed_forward=8192 model.layers=8 --threads 1 --output " + f.at("out");
  for (const std::string jobs : {"1", "2"}) {
    const outcome o = shell("ulimit -v 400000; " + std::string(LENGTHWISE_PROGRAM) + words + " --jobs " + jobs);
    BOOST_TEST(o.code == 2, o.text);
    std::smatch m;
    BOOST_TEST_REQUIRE(std::regex_search(o.text, m,
                                         std::regex("cell seed=1 needs ([0-9.]+) GiB of memory, " + jobs +
                                                    " at once need ([0-9.]+) GiB, and 390.6 MiB are free\n")),
                       o.text);
    BOOST_TEST(std::abs(std::stod(m[2]) - std::stod(jobs) * std::stod(m[1])) <= 0.1);
  }
  BOOST_TEST(!fs::exists(f.at("out")));
}

BOOST_AUTO_TEST_CASE(an_evaluation_that_has_no_memory_is_refused_with_advice_that_fits) {
  // A window for each of 40,000 targets, 2,048 losses in each, once in memory and once in the file.
  const std::string losses =
      " evaluate.lengths=2048 evaluate.stride=1 evaluate.targets=40000 evaluate.protocols=[sliding]";
  const double bytes = 2 * 4.0 * 40000 * 2048;
  BOOST_TEST_REQUIRE(run("train.steps=2 --output " + f.at("out")).code == 0);
  for (const std::string& words :
       {"evaluate " + f.at("out/cell") + losses, "run " + config + losses + " --output " + f.at("new")}) {
    const outcome o =
        shell("ulimit -v 500000; " + std::string(LENGTHWISE_PROGRAM) + " " + words + " --quiet --threads 1");
    BOOST_TEST(o.code == 2, o.text);
    const std::string needed = found(o.text, " needs ([0-9.]+) MiB of memory, .*488.3 MiB are free\n");
    BOOST_TEST_REQUIRE(!needed.empty(), o.text);
    BOOST_TEST(std::abs(std::stod(needed) * 1048576 / bytes - 1) < 0.1, needed);
    BOOST_TEST(o.text.find("make evaluate.targets smaller or evaluate.stride larger") != std::string::npos, o.text);
  }
  BOOST_TEST(!fs::exists(f.at("new")));
  BOOST_TEST(!fs::exists(f.at("out/cell/evaluations")));
  // As many targets as could ever be are those that the text has.
  BOOST_TEST(
      program("evaluate " + f.at("out/cell") + " evaluate.targets=2147483647 evaluate.lengths=16 --quiet").code == 0);
}

BOOST_AUTO_TEST_CASE(the_memory_that_is_predicted_is_what_the_system_measures) {
  // Bytes predicted and measured for a cell with these settings.
  const auto sample = [&](const char* most, const std::vector<std::string>& settings) {
    std::vector<std::string> words{config, "train.steps=1", "evaluate.protocols=[non_overlapping]"};
    words.insert(words.end(), settings.begin(), settings.end());
    const double predicted = cell_memory(study_from_words(words).cells.front().config, 2).bytes;
    words.insert(words.begin(), {"lengthwise", "run"});
    words.insert(words.end(), {"--quiet", "--threads", "2", "--output", f.at(most)});
    const double measured = resident(words);
    BOOST_TEST_MESSAGE(most << ": predicted " << predicted / 1048576 << " MiB, measured " << measured / 1048576);
    return std::pair(predicted, measured);
  };
  const auto [least, with_program] = sample("nothing", {});
  const double program = with_program - least;  // and its text
  for (const auto& [predicted, measured] :
       {sample("training", {"model.layers=8", "model.width=128", "model.feed_forward=512", "train.length=128",
                            "train.batch=64", "evaluate.lengths=[128]"}),
        sample("saving",
               {"model.layers=2", "model.width=256", "model.feed_forward=1024", "train.shards=1", "train.batch=1"}),
        sample("evaluating", {"model.width=128", "evaluate.lengths=[16,8192]", "evaluate.targets=16384"}),
        sample("tables",
               {"encoding.type=fire", "model.heads=4", "evaluate.lengths=[16,2048]", "evaluate.targets=64"})}) {
    BOOST_TEST(measured - program > 0.9 * predicted);
    BOOST_TEST(measured - program < 1.25 * predicted);
  }
}

BOOST_AUTO_TEST_CASE(threads_that_cannot_be_made_are_said) {
  // Address space for the model, not for the stacks of 256 threads.
  const outcome o = shell("ulimit -s 8192; ulimit -v 900000; " + std::string(LENGTHWISE_PROGRAM) + " run " + config +
                          " --quiet --threads 256 --output " + f.at("out"));
  BOOST_TEST(o.code == 6, o.text);
  BOOST_TEST(o.text.find("use fewer --threads") != std::string::npos, o.text);
  BOOST_TEST(run("--threads 1 --output " + f.at("out")).code == 0);
}

BOOST_AUTO_TEST_CASE(clocks_that_jump_and_times_of_files_are_no_part_of_it) {
  const std::string longer = " train.steps=400 train.checkpoint_every=100 --threads 1 --output ",
                    jumping = std::string("LD_PRELOAD=") + LENGTHWISE_JUMPING_CLOCK + " ";
  BOOST_TEST_REQUIRE(run(longer + f.at("whole")).code == 0);
  const std::string words = jumping + LENGTHWISE_PROGRAM + " run " + config + longer + f.at("out");
  const outcome o =
      shell(words + " & p=$!; " + until("[ -s " + f.at("out/cell/metrics.jsonl") + " ]") + "kill -TERM $p; wait $p");
  BOOST_TEST((o.code == 75 || o.code == 0), o.text);
  BOOST_TEST(contents(f.path / "out/cell/manifest.json").find("\"started\": \"2099-") != std::string::npos);
  // The newest checkpoint looks the oldest, and all others come from the future.
  shell("find " + f.at("out") + " -exec touch -d 2150-01-01 {} +; touch -d 1971-01-01 $(ls -r " + f.at("out") +
        "/cell/checkpoints/* | head -1)");
  const outcome again = shell(words);
  BOOST_TEST(again.code == 0, again.text);
  BOOST_TEST(digest(f.path / "out/cell") == digest(f.path / "whole/cell"));
  BOOST_TEST(metrics(f.path / "out/cell") == metrics(f.path / "whole/cell"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
