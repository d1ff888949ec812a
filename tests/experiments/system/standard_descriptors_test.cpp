// Standard output and standard error that are closed, full or read by nobody: training goes on, a report fails.
#include <boost/test/unit_test.hpp>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(standard_descriptors, tiny_study)

BOOST_AUTO_TEST_CASE(a_run_ends_as_it_would_have_whoever_listens) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("whole")).code == 0);
  const std::string whole = digest(f.path / "whole/cell");
  int number = 0;
  // Shells differ in what they close, so each is said to sh.
  for (const std::string lost : {"2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full", ">/dev/full 2>/dev/full"})
    for (const std::string jobs : {"", "seed=1,2 --jobs 2 "}) {
      const std::string out = f.at("lost" + std::to_string(number++));
      const outcome o = program("run " + config + " " + jobs + "--output " + out + " " + lost);
      BOOST_TEST(o.code == 0, lost << " gave " << o.code);
      BOOST_TEST(digest(fs::path(out) / (jobs.empty() ? "cell" : "seed=1")) == whole, lost);
      // What progress said stands in no file of ours.
      for (const char* file : {"lock", "study.json"})
        BOOST_TEST(contents(fs::path(out) / file).find("training") == std::string::npos, lost);
    }
}

BOOST_AUTO_TEST_CASE(a_reader_that_goes_away_ends_no_training) {
  // The reader is gone when the first line of progress has come; the run writes how it ended to a file.
  const std::string out = f.at("out");
  shell("{ " LENGTHWISE_PROGRAM " run " + config + " train.steps=400 --output " + out + " 2>&1; echo $? >" +
        f.at("code") + "; } | head -n 1");
  BOOST_TEST(contents(f.path / "code") == "0\n");
  BOOST_TEST(fs::exists(f.path / "out/cell/result.json"));
}

BOOST_AUTO_TEST_CASE(a_report_that_cannot_be_shown_fails_as_cat_does) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("out")).code == 0);
  const std::string report = LENGTHWISE_PROGRAM " report " + f.at("out");
  for (const std::string lost : {" >/dev/full", " >&-"}) {
    const outcome o = shell(report + lost);
    BOOST_TEST(o.code == 6, lost << " gave " << o.code);
    BOOST_TEST((o.text.find("standard output") != std::string::npos && std::ranges::count(o.text, '\n') == 1), o.text);
  }
  for (const char* words : {" --help", " --version", " report --help", " list encodings"})
    BOOST_TEST(shell(LENGTHWISE_PROGRAM + std::string(words) + " >/dev/full").code == 6, words);
  // A limit on the size of files (of 512 bytes each) is a message and no signal.
  const outcome limited = shell("sh -c 'ulimit -f 1; exec " + report + " --csv " + f.at("t.csv") + " >/dev/null'");
  BOOST_TEST(limited.code == 6, limited.text);
  BOOST_TEST(limited.text.find("ulimit -f") != std::string::npos, limited.text);
  BOOST_TEST(!fs::exists(f.path / "t.csv"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
