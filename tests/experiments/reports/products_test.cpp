// Products through the program: every option that writes a file writes where the name leads, and "written" is true.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "tests/experiments/made_up_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(products_of_reports)

BOOST_AUTO_TEST_CASE(keep_links_modes_pipes_and_devices) {
  made_up_study s;
  s.add({});
  s.add({.encoding = "alibi"});
  const std::string report = LENGTHWISE_PROGRAM " report " + s.path.string() + " ";
  for (const std::string option : {"--csv", "--means", "--differences", "--context", "--html"}) {
    if (option == "--html" && !fs::exists("/usr/share/javascript/chart.js/chart.min.js")) continue;
    BOOST_TEST_REQUIRE(shell(report + option + " " + s.at("plain")).code == 0);
    const std::string wanted = contents(s.path / "plain");
    BOOST_TEST(!wanted.empty());
    s.write("there", "old");
    ::chmod(s.at("there").c_str(), 0600);
    fs::create_symlink("there", s.path / "link");
    BOOST_TEST(shell(report + option + " " + s.at("link")).code == 0);
    BOOST_TEST(fs::is_symlink(s.path / "link"));
    BOOST_TEST((contents(s.path / "there") == wanted));
    BOOST_TEST((fs::status(s.path / "there").permissions() == fs::perms(0600)));
    fs::remove(s.path / "link");
    ::mkfifo(s.at("pipe").c_str(), 0600);
    BOOST_TEST(
        shell("cat " + s.at("pipe") + " > " + s.at("read") + " & " + report + option + " " + s.at("pipe") + "; wait")
            .code == 0);
    BOOST_TEST((contents(s.path / "read") == wanted), option);
    BOOST_TEST(fs::is_fifo(s.path / "pipe"));
    fs::remove(s.path / "pipe");
    // Standard output is the product and nothing else.
    for (const char* name : {"-", "/dev/stdout"}) {
      BOOST_TEST(shell(report + option + " " + name + " > " + s.at("output")).code == 0);
      BOOST_TEST((contents(s.path / "output") == wanted), option << " " << name);
    }
    BOOST_TEST(shell(report + option + " /dev/full").code == 6);
    BOOST_TEST(fs::is_character_file("/dev/full"));
  }
}

BOOST_AUTO_TEST_CASE(are_looked_at_before_written_is_said) {
  made_up_study s;
  s.add({});
  fs::create_directory(s.path / "bin");
  const auto drawn_by = [&](const std::string& script) {
    s.write("bin/gnuplot", "#!/bin/sh\n" + script + "\n");
    fs::permissions(s.path / "bin/gnuplot", fs::perms(0755));
    fs::remove(s.path / "figure.svg");
    const outcome o = shell("PATH=" + s.at("bin") + ":$PATH " LENGTHWISE_PROGRAM " report " + s.path.string() +
                            " --figure " + s.at("figure.svg"));
    BOOST_TEST((o.code == 6 && o.text.find("written") == o.text.npos), script << ": " << o.text);
    BOOST_TEST(!fs::exists(s.path / "figure.svg"), script);
    return o.text;
  };
  BOOST_TEST(drawn_by("exit 0").find("gnuplot drew nothing") != std::string::npos);
  BOOST_TEST(drawn_by(": > figure").find("not whole") != std::string::npos);
  BOOST_TEST(drawn_by("printf '<?xml version=\"1.0\"?><svg>' > figure").find("not whole") != std::string::npos);
  BOOST_TEST(drawn_by("exit 3").find("gnuplot failed") != std::string::npos);
  const outcome nowhere = shell("TMPDIR=/no/such/folder " LENGTHWISE_PROGRAM " report " + s.path.string() +
                                " --figure " + s.at("figure.svg"));
  BOOST_TEST(nowhere.code == 6);
  for (const char* part : {"/no/such/folder", "set TMPDIR"})
    BOOST_TEST(nowhere.text.find(part) != std::string::npos, nowhere.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
