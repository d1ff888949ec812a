// What a record says is a label, whatever its bytes: no command of gnuplot, of a shell or of a terminal, no second row
// of a table, and no markup.
#include <boost/test/unit_test.hpp>

#include "tests/experiments/made_up_study.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

bool is_plain(const std::string& text) {
  return std::ranges::none_of(text,
                              [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; });
}

// Texts that would be something else than text to gnuplot, to a shell, to a terminal, to HTML, to CSV.
const std::vector<std::string> hostile{"x\n!touch ran\n",
                                       "x'\n!touch ran\n'",
                                       "`touch ran`",
                                       "$(touch ran)",
                                       "x\nEND\n!touch ran\n",
                                       "x\r!touch ran\r",
                                       "\x1b]0;title\x07\x1b[2J",
                                       "\"; system('touch ran'); \"",
                                       "@ran {/Symbol a} _b ^c \\",
                                       "</script><script>document.title='ran'</script>",
                                       "{\"a\",\"b\"}\rc,\"d\"\n"};

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_records)

BOOST_AUTO_TEST_CASE(texts_of_a_path_are_labels_and_nothing_more) {
  for (const std::string& text : hostile) {
    made_up_study s;
    s.add({});
    s.add({.encoding = "alibi"});
    // A path may be any text; a record of ours that is not one of ours may say it raw.
    s.study["cells"][0]["config"]["corpus.path"] = text;
    s.study["question"] = text;
    s.write("study.json", s.study.dump());
    const outcome o = shell(
        "cd " + s.path.string() +
        "; for form in svg pdf png; do " LENGTHWISE_PROGRAM
        " report . --figure figure.$form --csv table.csv --html page.html; done; " LENGTHWISE_PROGRAM " status .");
    BOOST_TEST(is_plain(o.text), o.text);
    BOOST_TEST(!fs::exists(s.path / "ran"), text);
    BOOST_TEST(contents(s.path / "figure.svg").find("</svg>") != std::string::npos, o.text);
    BOOST_TEST(contents(s.path / "page.html").find("<script>document.title='ran'") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_record_of_ours_is_refused_in_one_line) {
  for (const std::string& text : hostile)
    for (const char* where : {"varied", "folder", "name", "encoding", "hash"}) {
      made_up_study s;
      s.add({});
      s.add({.encoding = "alibi"});
      const std::string key(where);
      if (key == "varied") s.study["cells"][1]["varied"]["corpus.path"] = text;
      if (key == "folder") s.study["cells"][1]["folder"] = text;
      if (key == "name") s.study["name"] = text;
      s.write("study.json", s.study.dump());
      nlohmann::json result = made_up_result({});
      if (key == "encoding") result["encoding"] = text;
      if (key == "hash") result["digest"] = text;
      s.write("cell1/result.json", result.dump());
      const outcome o =
          shell("cd " + s.path.string() + "; " LENGTHWISE_PROGRAM " report . --figure figure.svg --csv table.csv");
      BOOST_TEST((o.code == 0 || o.code == 2), where << ": " << o.text);
      BOOST_TEST(is_plain(o.text), o.text);
      BOOST_TEST(!fs::exists(s.path / "ran"), where << ": " << text);
      // An encoding has a name of its own; the others may be any text of one line.
      if (key == "encoding") BOOST_TEST(o.text.find("left out: ") != std::string::npos, o.text);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_says_its_reason_in_its_own_line) {
  made_up_study s;
  s.add({});
  fs::remove(s.path / "cell0/result.json");
  s.write(
      "cell0/failure.json",
      nlohmann::json{{"schema", 1}, {"exit_code", 5}, {"message", "x\nfinished     cell1\r\x1b[2Jfinished"}}.dump());
  const outcome o = program("status " + s.path.string());
  BOOST_TEST(is_plain(o.text), o.text);
  BOOST_TEST(std::ranges::count(o.text, '\n') == 2, o.text);  // the cell, and the count
  BOOST_TEST(o.text.starts_with("failed "), o.text);
}

BOOST_AUTO_TEST_CASE(fields_of_a_csv_come_back_from_another_parser) {
  if (shell("command -v python3").code != 0) return;
  for (const std::string text : {"a\rb", "a,b", "a\"b\"", "a\r\nb", " a "}) {
    made_up_study s;
    s.add({.encoding = "rope", .varied = {{"corpus.name", "x"}}});
    s.study["cells"][0]["config"]["note"] = text;
    s.study["cells"][0]["varied"]["note"] = text.find('\r') == text.npos ? text : "plain";
    s.write("study.json", s.study.dump());
    BOOST_TEST(program("report " + s.path.string() + " --csv " + s.at("t.csv")).code == 0);
    const outcome rows = shell(
        "python3 -c 'import csv, sys; rows = list(csv.reader(open(sys.argv[1], newline=\"\"))); "
        "print(len(rows), {len(r) for r in rows}, rows[1][2].endswith(sys.argv[2]))' " +
        s.at("t.csv") + " '" + (text.find('\r') == text.npos ? text : "plain") + "'");
    BOOST_TEST(rows.text == "3 {21} True\n", text << ": " << rows.text);
  }
}

BOOST_AUTO_TEST_CASE(a_sweep_over_such_paths_runs_and_is_drawn) {
  tiny_study s;
  const std::string text(4000, 'y');
  s.f.write("x\n!touch ran\n.txt", text + "1");
  s.f.write("u.txt", text + "2");
  std::string sweep = contents(s.config);
  sweep.replace(sweep.find("[corpus]\nname = \"synthetic\"\n"), 28, "");
  s.f.write("sweep.toml", sweep + "[sweep]\n\"corpus.path\" = [\"x\\n!touch ran\\n.txt\", \"u.txt\"]\n");
  const std::string go = "cd " + s.f.path.string() + "; " LENGTHWISE_PROGRAM;
  const outcome o = shell(go + " run sweep.toml --output out");
  BOOST_TEST_REQUIRE(o.code == 0, o.text);
  const outcome drawn = shell(go + " report out --figure figure.svg");
  BOOST_TEST(drawn.code == 0, drawn.text);
  BOOST_TEST((is_plain(o.text) && is_plain(drawn.text)), o.text << drawn.text);
  BOOST_TEST(!fs::exists(s.f.path / "ran"));
  BOOST_TEST(shell(go + " run sweep.toml --output out --quiet").code == 0);  // its own record is no damaged one
}

BOOST_AUTO_TEST_CASE(start_files_and_settings_of_the_user_change_no_figure) {
  made_up_study s;
  s.add({});
  const std::string go = "cd " + s.path.string() + "; ";
  BOOST_TEST(shell(go + LENGTHWISE_PROGRAM " report . --figure plain.svg").code == 0);
  for (const char* file : {".gnuplot", "gnuplotrc", ".gnuplot_user"})
    s.write(file, "!touch " + s.at("ran") + "\nset title 'mine'\nset output 'elsewhere'\n");
  const outcome o = shell(go + "HOME=" + s.path.string() + " GNUPLOT_LIB=" + s.path.string() +
                          " GNUTERM=dumb GDFONTPATH=/ " + "GNUPLOT_DRIVER_DIR=" + s.path.string() +
                          " LC_ALL=de_DE.UTF-8 " LENGTHWISE_PROGRAM " report . --figure own.svg");
  BOOST_TEST(o.code == 0, o.text);
  BOOST_TEST(!fs::exists(s.path / "ran"));
  BOOST_TEST(contents(s.path / "own.svg") == contents(s.path / "plain.svg"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
