// Inputs that mean harm: links, names, records and files that are none. A line or two for each, and no write outside
// the output folder.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

// Every file and folder below a folder with its contents; links are not followed.
std::map<std::string, std::string> everything_in(const fs::path& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    found[entry.path().string()] = entry.is_symlink()        ? fs::read_symlink(entry.path()).string()
                                   : entry.is_regular_file() ? contents(entry.path())
                                                             : "";
  return found;
}

struct hostile_study : tiny_study {
  std::string outside = f.at("outside");
  hostile_study() {
    fs::create_directories(outside + "/folder");
    f.write("outside/file", "precious");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hostile, hostile_study)

BOOST_AUTO_TEST_CASE(a_link_anywhere_in_the_output_is_refused_and_not_followed) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("whole")).code == 0);
  fs::remove(f.path / "whole/cell/result.json");
  const auto before = everything_in(outside);
  for (const char* name :
       {"study.json", "lock", "cell", "cell/config.toml", "cell/manifest.json", "cell/metrics.jsonl", "cell/lock",
        "cell/checkpoints", "cell/checkpoints/step-000015.safetensors", "cell/nll", "cell/nll/16-sliding.npy",
        "cell/result.json", "cell/failure.json", "cell/evaluation.partial.json", "cell/new.1-2.tmp"})
    for (const std::string& target : {outside + "/file", outside + "/folder", outside + "/none"}) {
      const fs::path out = f.path / "out";
      fs::remove_all(out);
      fs::copy(f.path / "whole", out, fs::copy_options::recursive);
      fs::remove_all(out / name);
      fs::create_symlink(target, out / name);
      refused("run " + config + " --quiet --output " + out.string(), 2, std::string(name) + " is a symbolic link");
      BOOST_TEST(fs::is_symlink(out / name));
      BOOST_TEST((everything_in(outside) == before), name << " to " << target);
    }
  fs::create_directory_symlink(outside + "/folder", f.path / "link");
  refused("run " + config + " --quiet --output " + f.at("link"), 2, "is a symbolic link");
  refused("run " + config + " --quiet seed=1,2 --jobs 2 --output " + f.at("link/"), 2, "is a symbolic link");
  fs::create_directory_symlink(outside + "/folder", f.path / "whole/cell/evaluations");
  refused("evaluate " + f.at("whole/cell") + " --quiet", 2, "evaluations is a symbolic link");
  BOOST_TEST((everything_in(outside) == before));
}

BOOST_AUTO_TEST_CASE(a_record_that_points_outside_is_refused) {
  const auto before = everything_in(outside);
  for (const char* folder : {"../outside", "..", ".", "", "/etc", "a/../../outside"}) {
    fs::create_directories(f.path / "out");
    f.write("out/study.json", "{\"schema\": 1, \"name\": \"x\", \"cells\": [{\"folder\": \"" + std::string(folder) +
                                  "\", \"config_hash\": \"0\", \"varied\": {}, \"config\": {}}]}");
    for (const std::string& command :
         {"run " + config + " --quiet --output ", std::string("status "), std::string("report ")})
      refused(command + f.at("out"), 2, "a cell's folder lies outside the study's");
  }
  BOOST_TEST((everything_in(outside) == before));
}

BOOST_AUTO_TEST_CASE(a_record_that_is_none_is_refused) {
  BOOST_TEST_REQUIRE(run("--output " + f.at("out")).code == 0);
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string(200'000, '['),
        std::string("{\"schema\": 99999999999999999999}"), std::string("{\"schema\": \"\\u001b[2J\"}"),
        std::string("\xff\xfe\0\0", 4), std::string("{\"schema\": 1, \"cells\": {\"a\": null}}")})
    for (const char* name : {"study.json", "cell/result.json"}) {
      const std::string good = contents(f.path / "out" / name);
      f.write(std::string("out/") + name, text);
      for (const std::string& command : {std::string("report "), "run " + config + " --quiet --output "}) {
        const outcome o = program(command + f.at("out"));
        // A result is made again; of which cells there are, only the config knows.
        const bool again = name != std::string_view("study.json") && command.starts_with("run");
        BOOST_TEST(o.code == (again ? 0 : 2), command << name << " = " << text.substr(0, 40) << ": " << o.text);
        BOOST_TEST((std::ranges::count(o.text, '\n') <= 2 && o.text.find('\x1b') == o.text.npos), o.text);
      }
      f.write(std::string("out/") + name, good);
    }
  f.write("out/study.json", "{\"schema\": 0}");
  refused("status " + f.at("out"), 2, "schema 0, written by an older version");
  f.write("out/study.json", "{\"schema\": 2}");
  refused("status " + f.at("out"), 2, "schema 2, written by a newer version");
}

BOOST_AUTO_TEST_CASE(names_on_the_command_line_stay_names) {
  const auto before = everything_in(f.path);
  const std::string words = "run " + config + " --quiet ";
  for (const char* name :
       {"../x", "/x", "..", "a/b", "$(printf 'a\\nb')", "$(printf 'a\\033[2J')", "$(printf '\\377')"}) {
    const outcome o =
        shell("cd " + f.path.string() + "; " + LENGTHWISE_PROGRAM + " " + words + "\"name=" + name + "\"");
    BOOST_TEST(o.code == 2, name << ": " << o.text);
    BOOST_TEST((std::ranges::count(o.text, '\n') <= 2 && o.text.find('\x1b') == o.text.npos), o.text);
  }
  refused(words + "seed=99999999999999999999999", 2, "seed");
  refused(words + "\"$(printf 'train.\\033[2Jsteps=1')\"", 2, "unknown key");
  const outcome path = program(words + "\"corpus.path=$(printf 'no\\033[2J\\nthing')\"");
  BOOST_TEST(path.code == 3, path.text);
  BOOST_TEST((std::ranges::count(path.text, '\n') <= 2 && path.text.find('\x1b') == path.text.npos), path.text);
  refused(words + "\"corpus.path=$(printf 'a\\377')\"", 2, "is not UTF-8");
  BOOST_TEST((everything_in(f.path) == before));
  // What a sweep makes of a path is one folder below the output.
  const std::string text(4000, 'x'),
      sweep = "corpus.path=" + f.write("a", text) + "," + f.write("b", text + "y") + " evaluate.lengths=16";
  const outcome o = run(sweep + " --output " + f.at("out"));
  BOOST_TEST(o.code == 0, o.text);
  std::size_t cells = 0;
  for (const auto& entry : fs::directory_iterator(f.path / "out")) cells += fs::exists(entry.path() / "result.json");
  BOOST_TEST(cells == 2u);
}

BOOST_AUTO_TEST_CASE(files_that_are_no_files_are_refused_at_once) {
  ::mkfifo(f.at("pipe").c_str(), 0600);  // reading it would wait for ever
  const std::string out = " --quiet --output " + f.at("out");
  for (const std::string& text :
       {f.at("pipe"), outside, f.write("empty", ""), std::string("/dev/zero"), std::string("/dev/null"), f.at("none")})
    BOOST_TEST(program("run " + config + " corpus.path=" + text + out).code == 3, text);
  for (const std::string& file :
       {f.at("pipe"), outside, std::string("/dev/zero"), f.write("large", std::string((1 << 20) + 1, '#')),
        f.write("binary", std::string("\x7f"
                                      "ELF\0\1\2",
                                      7))})
    for (const char* command : {"run ", "show "}) BOOST_TEST(program(command + file).code == 2, file);
  BOOST_TEST(!fs::exists(f.at("out")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
