// Texts of one's own: what they are decides, and not where they lie.
#include <boost/test/unit_test.hpp>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

// Some thousand bytes that differ from one beginning to the next.
std::string verses(const std::string& beginning) {
  std::string text;
  while (text.size() < 4000) text += beginning + " " + std::to_string(text.size() * 7919 % 1000) + ".\n";
  return text;
}

// A project with a config and two texts beside it.
struct project : tiny_study {
  std::string words = " --quiet --threads 1 ";
  project() {
    fs::create_directories(f.path / "here");
    f.write("here/a.txt", verses("And the evening and the morning"));
    f.write("here/b.txt", verses("In those days"));
    std::string text = tiny_config;
    text.replace(text.find("name = \"synthetic\""), 18, "path = \"a.txt\"");
    f.write("here/own.toml", text);
    std::string none = tiny_config;
    none.erase(none.find("[corpus]"), 28);
    f.write("here/joint.toml", none + "[sweep]\n\"corpus.path,train.steps\" = [[\"a.txt\", 3], [\"b.txt\", 4]]\n");
  }
  std::string sha256(const std::string& file) const {
    return found(shell("sha256sum " + f.at(file)).text, "^([0-9a-f]{64}) ");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(own_texts, project)

BOOST_AUTO_TEST_CASE(a_project_that_was_moved_goes_on) {
  const std::string longer = words + "train.steps=400 train.checkpoint_every=100 --output ";
  BOOST_TEST_REQUIRE(program("run " + f.at("here/own.toml") + longer + f.at("whole")).code == 0);
  const std::string out = f.at("here/out");
  const outcome o = shell(std::string(LENGTHWISE_PROGRAM) + " run " + f.at("here/own.toml") + longer + out +
                          " & p=$!; " + until("[ -s " + out + "/cell/metrics.jsonl ]") + "kill -TERM $p; wait $p");
  BOOST_TEST((o.code == 75 || o.code == 0), o.text);
  const std::string kept = contents(out + "/cell/config.toml");
  BOOST_TEST(kept.find("path = \"../../a.txt\"\nsha256 = \"" + sha256("here/a.txt") + "\"") != std::string::npos, kept);
  fs::rename(f.path / "here", f.path / "there");
  BOOST_TEST(program("run " + f.at("there/own.toml") + longer + f.at("there/out")).code == 0);
  BOOST_TEST(digest(f.path / "there/out/cell") == digest(f.path / "whole/cell"));
  BOOST_TEST(metrics(f.path / "there/out/cell") == metrics(f.path / "whole/cell"));
  BOOST_TEST(program("evaluate " + f.at("there/out/cell") + " --quiet").code == 0);

  // The text alone lies elsewhere, and has another name.
  fs::rename(f.path / "there/a.txt", f.path / "moved.txt");
  refused("evaluate " + f.at("there/out/cell") + " --quiet", 3, "say where it lies: corpus.path=FILE");
  const outcome found_again =
      program("run " + f.at("there/own.toml") + " corpus.path=" + f.at("moved.txt") + longer + f.at("there/out"));
  BOOST_TEST(found_again.code == 0, found_again.text);
  fs::remove(f.path / "there/out/cell/result.json");
  f.write("moved.txt", verses("Another"));
  refused("run " + f.at("there/own.toml") + " corpus.path=" + f.at("moved.txt") + longer + f.at("there/out"), 2,
          "corpus.sha256 is");
}

BOOST_AUTO_TEST_CASE(another_text_is_evaluated_without_that_of_the_training) {
  BOOST_TEST_REQUIRE(program("run " + f.at("here/own.toml") + words + "--output " + f.at("out")).code == 0);
  fs::remove(f.path / "here/a.txt");
  const std::string evaluate =
      "evaluate " + f.at("out/cell") + " --quiet evaluate.lengths=16 corpus.path=" + f.at("here/b.txt");
  BOOST_TEST_REQUIRE(program(evaluate).code == 0);
  const auto folder_of_text = [&] {
    return f.at("out/cell/evaluations/corpus.path=b.txt-" + sha256("here/b.txt").substr(0, 12) +
                ",evaluate.lengths=[16]");
  };
  const std::string first = folder_of_text(), result = contents(first + "/result.json");
  BOOST_TEST(result.find("\"sha256\": \"" + sha256("here/b.txt") + "\"") != std::string::npos, result);
  // Another text by the same name is another evaluation, and the same text by another path is the same.
  f.write("here/b.txt", verses("After that"));
  BOOST_TEST_REQUIRE(program(evaluate).code == 0);
  BOOST_TEST(folder_of_text() != first);
  BOOST_TEST(contents(first + "/result.json") == result);
  // What another model left there is not replaced.
  std::string other = contents(folder_of_text() + "/result.json");
  const std::string there = folder_of_text();
  other.replace(other.find("\"digest\": \"") + 11, 4, "0000");
  std::ofstream(there + "/result.json") << other;
  refused(evaluate, 2, "holds the evaluation of another model (0000");
  BOOST_TEST(contents(there + "/result.json") == other);
}

BOOST_AUTO_TEST_CASE(a_path_among_keys_that_vary_together_counts_from_the_config) {
  for (const std::string jobs : {"1", "2"}) {
    const std::string out = f.at("out" + jobs);
    const outcome o = shell("cd /; " + std::string(LENGTHWISE_PROGRAM) + " run " + f.at("here/joint.toml") + words +
                            "--jobs " + jobs + " --output " + out);
    BOOST_TEST_REQUIRE(o.code == 0, o.text);
    for (const char* cell : {"corpus.path=a.txt,train.steps=3", "corpus.path=b.txt,train.steps=4"})
      BOOST_TEST(
          shell("cd /; " + std::string(LENGTHWISE_PROGRAM) + " evaluate '" + out + "/" + cell + "' --quiet").code == 0,
          cell);
    BOOST_TEST(digest(out + "/corpus.path=b.txt,train.steps=4") ==
               digest(f.path / "out1/corpus.path=b.txt,train.steps=4"));
  }
  // The same study with its texts named from elsewhere goes on in the same folders.
  const std::string absolute =
      " \"corpus.path,train.steps=[" + f.at("here/a.txt") + ",3],[" + f.at("here/b.txt") + ",4]\"";
  BOOST_TEST(program("run " + f.at("here/joint.toml") + absolute + words + "--output " + f.at("out1")).code == 0);
  BOOST_TEST(std::distance(fs::directory_iterator(f.path / "out1"), {}) == 4);  // two cells, study.json, lock
}

BOOST_AUTO_TEST_CASE(one_text_by_two_names_is_one_cell) {
  fs::copy(f.path / "here/a.txt", f.path / "copy.txt");
  const std::string out = words + "--output " + f.at("out");
  refused("run " + f.at("here/own.toml") + out + " corpus.path=" + f.at("here/a.txt") + "," + f.at("copy.txt"), 2,
          "make the same cell");
  BOOST_TEST(!fs::exists(f.at("out")));
  BOOST_TEST(program("show " + f.at("here/own.toml") + " corpus.path=" + f.at("copy.txt")).text.substr(0, 72) ==
             program("show " + f.at("here/own.toml")).text.substr(0, 72));
  BOOST_TEST(program("show " + f.at("here/own.toml") + " corpus.path=" + f.at("none")).text.find("# hash unknown") ==
             0u);
}

BOOST_AUTO_TEST_CASE(evaluate_says_what_it_could_take) {
  BOOST_TEST_REQUIRE(run("seed=1,2 train.steps=2 --output " + f.at("out")).code == 0);
  refused("evaluate " + f.at("out/sed=2"), 2, "did you mean " + f.at("out/seed=2") + "?");
  refused("evaluate " + f.at("out/seed=2") + " evaluate.lenghts=16", 2, "did you mean evaluate.lengths?");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
