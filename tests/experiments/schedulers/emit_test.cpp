// A study for schedulers: what is written, what is refused before anything is, and that its cells come out as run's do.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "experiments/schedulers/scripts.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

struct emitted_study : tiny_study {
  std::string out = f.at("out"), sweep = "encoding.type=rope,none seed=1,2 ";
  outcome emit(const std::string& words, const std::string& before = "") const {
    return shell(before + LENGTHWISE_PROGRAM " emit " + words);
  }
  // A stand-in for one of Slurm's programs, whose words it keeps in the file CALLS.
  void stand_in(const std::string& name, const std::string& body) const {
    fs::create_directories(f.path / "bin");
    f.write("bin/" + name, "#!/bin/sh\necho " + name + " \"$@\" >> " + f.at("calls") + "\n" + body + "\n");
    fs::permissions(f.path / "bin" / name, fs::perms::owner_all);
  }
  std::string with_stand_ins() const { return "PATH=" + f.at("bin") + ":$PATH "; }
  std::string without_schedulers() const { return "PATH=" + f.at("nothing") + " "; }
};

bool has(const outcome& o, const std::string& text) { return o.text.find(text) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(emitted, emitted_study)

BOOST_AUTO_TEST_CASE(scripts_are_what_shellcheck_and_bash_take) {
  const std::string odd = shell_word(f.at("a b'c $d"));  // as a shell would have to read it
  BOOST_TEST_REQUIRE(emit("slurm " + config + " " + sweep + "--time 1:00:00 --output " + out).code == 0);
  for (const char* scheduler : {"parallel ", "hq "})
    for (const std::string& folder : {out, odd})
      BOOST_TEST_REQUIRE(emit(scheduler + config + " " + sweep + "--cpus 2 --output " + folder).code == 0);
  const outcome checked = shell("command -v shellcheck || exit 77; shellcheck " + out + "/*.sh");
  BOOST_TEST((checked.code == 0 || checked.code == 77), checked.text);
  // The words of a folder with such a name come out as they went in.
  const outcome ran = shell("cd /; HQ_TASK_ID=1 bash " + odd + "/hq.sh");
  BOOST_TEST((ran.code == 0 && has(ran, "cell encoding.type=rope,seed=2 finished")), ran.text);
  const outcome all = shell("command -v parallel || exit 77; cd /; bash " + odd + "/parallel.sh");
  BOOST_TEST((all.code == 77 || (all.code == 0 && has(all, "cell encoding.type=none,seed=2 finished"))), all.text);
}

BOOST_AUTO_TEST_CASE(cells_by_their_index_are_those_of_run) {
  BOOST_TEST_REQUIRE(emit("parallel " + config + " " + sweep + "--output " + out).code == 0);
  BOOST_TEST_REQUIRE(run(sweep + "--output " + f.at("whole")).code == 0);
  const auto study = nlohmann::json::parse(contents(out + "/study.json"));
  BOOST_TEST(contents(out + "/study.json") == contents(f.at("whole") + "/study.json"));
  const outcome o =
      shell("cd /; if command -v parallel > /dev/null; then " + out + "/parallel.sh; else for i in 0 1 2 3; do " +
            LENGTHWISE_PROGRAM " run-cell " + out + " --index $i; done; fi");
  BOOST_TEST(o.code == 0, o.text);
  for (const auto& cell : study.at("cells")) {
    const std::string name = cell.at("folder");
    BOOST_TEST(!digest(out + "/" + name).empty());
    BOOST_TEST(digest(out + "/" + name) == digest(f.at("whole") + "/" + name), name);
    BOOST_TEST(metrics(out + "/" + name) == metrics(f.at("whole") + "/" + name), name);
    for (const auto& file : fs::directory_iterator(out + "/" + name + "/nll"))
      BOOST_TEST(contents(file) == contents(f.at("whole") + "/" + name + "/nll/" + file.path().filename().string()));
  }
  // Again: at once, and nothing is written anew.
  const auto written = fs::last_write_time(out + "/encoding.type=none,seed=2/result.json");
  const outcome again = program("run-cell " + out + " --index 3");
  BOOST_TEST((again.code == 0 && has(again, "finished already")), again.text);
  BOOST_TEST((fs::last_write_time(out + "/encoding.type=none,seed=2/result.json") == written));
  // And run takes up what tasks have done.
  const outcome both = run(sweep + "--output " + out);
  BOOST_TEST(both.code == 0, both.text);
}

BOOST_AUTO_TEST_CASE(what_changed_since_freezing_is_refused_with_the_difference) {
  BOOST_TEST_REQUIRE(emit("hq " + config + " " + sweep + "--output " + out).code == 0);
  refused("emit hq " + config + " " + sweep + "train.steps=21 --output " + out, 2,
          "train.steps is 20 there and 21 here");
  const std::string cell = out + "/encoding.type=rope,seed=2/config.toml", before = contents(cell);
  f.write("out/encoding.type=rope,seed=2/config.toml",
          std::regex_replace(before, std::regex("\nsteps = 20"), "\nsteps = 30"));
  refused("run-cell " + out + " --index 1", 2, "train.steps is 20 there and 30 here");
  f.write("out/encoding.type=rope,seed=2/config.toml", before);
  const std::string study = contents(out + "/study.json");
  f.write("out/study.json", std::regex_replace(study, std::regex("\"train.steps\": 20"), "\"train.steps\": 40"));
  refused("run-cell " + out + " --index 1", 2, "train.steps is 40 there and 20 here");
  f.write("out/study.json", study);
  refused("run-cell " + out + " --index 1 --study 0123456789ab", 2, "this task was made for the study 0123456789ab");
  refused("run-cell " + out + " --index 4", 2, "--index must be a whole number between 0 and 3");
  BOOST_TEST(program("run-cell " + out + " --index 1 --quiet").code == 0);
}

BOOST_AUTO_TEST_CASE(all_is_checked_before_anything_is_written) {
  const auto nothing = [&](const std::string& words, int code, const std::string& message) {
    refused("emit " + words + " --output " + out, code, message);
    BOOST_TEST(!fs::exists(out), words);
  };
  nothing("slurm " + config + " corpus.path=" + f.at("none.txt"), 3, "none.txt");
  nothing("slurm " + config + " corpus.path=" + f.write("short.txt", "too short"), 3, "short.txt");
  nothing("slurm " + config + " train.step=3", 2, "did you mean");
  nothing("slurm " + config + " --time 4:59", 2, "--time 4:59 is too short");
  nothing("slurm " + config + " --time 0-0:1", 2, "--time 0-0:1 is too short");
  nothing("slurm " + config + " --partition 'a b'", 2, "--partition is no \"a b\"");
  nothing("slurn " + config, 2, "did you mean slurm?");
  nothing("hq " + config + " --submit", 2, "--submit is for slurm");
  nothing("parallel " + config + " --cpus 0", 2, "--cpus");
  refused("emit slurm " + config + " --output '" + f.at("a%j") + "'", 2, "plain letters");
  BOOST_TEST(!fs::exists(f.at("a%j")));
  if (const std::string mounts = with_own_mounts(); !mounts.empty()) {
    const std::string small = f.at("small");
    fs::create_directory(small);
    const outcome o =
        shell(mounts + "sh -c 'mount -t tmpfs -o size=300k none " + small + "; " LENGTHWISE_PROGRAM " emit hq " +
              config + " seed=1,2,3,4,5,6,7,8 --output " + small + "/out; code=$?; ls " + small + "; exit $code'");
    BOOST_TEST((o.code == 6 && has(o, "on the disk, and")), o.text);
    BOOST_TEST(!has(o, "\nout\n"), o.text);
  }
}

BOOST_AUTO_TEST_CASE(arrays_are_cut_at_what_the_cluster_takes) {
  const auto indices = [](const std::string& script) {
    return found(script, "#SBATCH --array=(\\S+)") + " from " + found(script, "--index (\\S+)\\s") +
           found(script, "ID \\+ (\\d+)");
  };
  stand_in("scontrol", "echo 'MaxArraySize            = 3'");
  const std::string words = "slurm " + config + " seed=1,2,3,4,5,6,7 --max-running 2 --output " + out;
  BOOST_TEST_REQUIRE(emit(words, with_stand_ins()).code == 0);
  BOOST_TEST(indices(contents(out + "/slurm-1.sh")) == "0-2%2 from \"$SLURM_ARRAY_TASK_ID\"");
  BOOST_TEST(indices(contents(out + "/slurm-2.sh")) == "0-2%2 from $((SLURM_ARRAY_TASK_ID3");
  BOOST_TEST(indices(contents(out + "/slurm-3.sh")) == "0-0%2 from $((SLURM_ARRAY_TASK_ID6");
  BOOST_TEST(!fs::exists(out + "/slurm.sh"));
  // Where nobody says, Slurm's own 1001.
  const std::vector<array_piece> pieces = pieces_of(2500, 1001);
  BOOST_TEST_REQUIRE(pieces.size() == 3u);
  BOOST_TEST((pieces[2].first == 2002 && pieces[2].count == 498));
}

BOOST_AUTO_TEST_CASE(submission_is_of_all_arrays_or_of_none) {
  stand_in("scontrol", "[ \"$1\" = show ] && echo 'MaxArraySize = 2'; exit 0");
  stand_in("scancel", "exit 0");
  stand_in("sbatch", "n=$(grep -c sbatch " + f.at("calls") +
                         "); [ $n -lt 3 ] || { echo 'sbatch: error: invalid partition' >&2; "
                         "echo 'sbatch: error: Batch job submission failed' >&2; exit 1; }; echo $((40 + n))");
  const std::string words = "slurm " + config + " seed=1,2,3,4,5 --submit --output ";
  const outcome o = emit(words + out, with_stand_ins());
  BOOST_TEST(o.code == 2, o.text);
  BOOST_TEST(has(o, "nothing was submitted: sbatch: error: invalid partition;sbatch: error: Batch job"), o.text);
  const std::string calls = contents(f.at("calls"));
  BOOST_TEST(calls.find("scancel 41 42\n") != std::string::npos, calls);
  BOOST_TEST(calls.find("scontrol release") == std::string::npos, calls);
  BOOST_TEST(calls.find("sbatch --parsable --hold " + out + "/slurm-1.sh\n") != std::string::npos, calls);

  fs::remove(f.at("calls"));
  stand_in("sbatch", "echo \"4$(grep -c sbatch " + f.at("calls") + ");cluster\"");
  const outcome all = emit(words + f.at("all"), with_stand_ins());
  BOOST_TEST((all.code == 0 && has(all, "submitted: 5 cells as jobs 41, 42, 43")), all.text);
  BOOST_TEST(contents(f.at("calls")).find("scontrol release 41,42,43\n") != std::string::npos);

  stand_in("sbatch", "exit 0");  // says nothing
  BOOST_TEST(emit("slurm " + config + " --submit --output " + f.at("silent"), with_stand_ins()).code == 2);
  const outcome none = emit("slurm " + config + " --submit --output " + f.at("none"), without_schedulers());
  BOOST_TEST((none.code == 2 && has(none, "--submit needs sbatch")), none.text);
}

BOOST_AUTO_TEST_CASE(status_adds_what_the_queue_says) {
  BOOST_TEST_REQUIRE(emit("slurm " + config + " " + sweep + "--output " + out).code == 0);
  BOOST_TEST_REQUIRE(program("run-cell " + out + " --index 0 --quiet").code == 0);
  const std::string name = found(contents(out + "/slurm.sh"), "job-name=(\\S+)"),
                    second = name.substr(0, name.find('+')) + "+1";  // an array that begins at the second cell
  stand_in("squeue", "printf '%s\\n' '" + name + "|0|RUNNING|7_0|n1|None' '" + name + "|1|PENDING|7_1||Resources' '" +
                         second + "|1|RUNNING|7_2|n2|None' '" + name +
                         "|2|PENDING|8_2||Priority' 'other|3|PENDING|9_3||None' '" + name + "|N/A|RUNNING|5||'");
  const outcome o = shell(with_stand_ins() + LENGTHWISE_PROGRAM " status " + out);
  BOOST_TEST(o.code == 0, o.text);
  for (const char* line :
       {"finished     encoding.type=rope,seed=1\n", "queued       encoding.type=rope,seed=2  job 7_1, Resources\n",
        "running      encoding.type=none,seed=1  starting (job 7_2 on n2)\n",
        "missing      encoding.type=none,seed=2\n"})
    BOOST_TEST(has(o, line), line << " is not in " << o.text);
  BOOST_TEST(has(o, "4 cells: 1 finished, 1 running, 1 queued, 1 missing"), o.text);
  // A queue that does not answer, or answers nonsense, takes nothing away.
  for (const char* body : {"exit 1", "printf '\\033[2J|||\\n||'",
                           "printf '"
                           "x.%s+99999999999999999999|1|RUNNING|1|n|' 0"}) {
    stand_in("squeue", body);
    const outcome plain = shell(with_stand_ins() + LENGTHWISE_PROGRAM " status " + out);
    BOOST_TEST((plain.code == 0 && has(plain, "1 finished, 3 missing")), plain.text);
  }
}

BOOST_AUTO_TEST_CASE(a_task_asked_by_USR2_saves_and_says_so) {
  const std::string longer = "train.steps=200000 train.checkpoint_every=100000 ";
  BOOST_TEST_REQUIRE(emit("hq " + config + " " + longer + "--output " + out).code == 0);
  const outcome o = shell(LENGTHWISE_PROGRAM " run-cell " + out + " --index 0 & p=$!; " +
                          until("[ -s " + out + "/cell/metrics.jsonl ]") + "kill -USR2 $p; wait $p");
  BOOST_TEST((o.code == 75 && has(o, "interrupted and saved at step")), o.text);
  BOOST_TEST(has(program("status " + out), "interrupted  cell  saved at step"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
