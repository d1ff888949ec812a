// Files of a cell that are empty, cut or of another shape: status says which, a report leaves them out, and the same
// run makes them again, to the same bytes.
#include <boost/test/unit_test.hpp>
#include <functional>

#include "core/storage/npy.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

// Without what the wall clock says.
std::string result_of(const fs::path& cell) {
  return std::regex_replace(contents(cell / "result.json"), std::regex("\"seconds\": [^,}]*"), "");
}

using damage = std::function<void(const fs::path&)>;
const std::vector<std::pair<std::string, damage>> damages{
    {"empty", [](const fs::path& file) { fs::resize_file(file, 0); }},
    {"cut", [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) - 3); }},
    {"of zeros", [](const fs::path& file) { std::ofstream(file, std::ios::binary) << std::string(300, '\0'); }},
    {"of another shape", [](const fs::path& file) {
       const std::vector<float> values(6, 1.0f);
       const std::vector<std::byte> bytes = npy_bytes<float>(values, {2, 3});
       std::ofstream(file, std::ios::binary)
           .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
     }}};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(damaged_parts, tiny_study)

BOOST_AUTO_TEST_CASE(are_said_left_out_and_made_again) {
  const std::string out = f.at("out"), words = "seed=1,2 --jobs 1 --output " + out;
  BOOST_TEST_REQUIRE(run(words).code == 0);
  const fs::path cell = f.path / "out/seed=1";
  const std::string whole = result_of(cell), report = program("report --all " + out).text;
  for (const char* part :
       {"result.json", "nll/64-sliding.npy", "windows/64-sliding.npy", "checkpoints/step-000020.safetensors"})
    for (const auto& [how, break_it] : damages) {
      const std::string kept = contents(cell / part);
      break_it(cell / part);
      const outcome status = program("status " + out), shown = program("report --all " + out);
      BOOST_TEST(status.text.find("damaged      seed=1  ") == 0u, part << " " << how << ": " << status.text);
      BOOST_TEST(status.text.find("finished     seed=2") != std::string::npos, status.text);
      BOOST_TEST(shown.code == 0, part << " " << how << ": " << shown.text);
      const bool of_report = std::string_view(part).find("step") == std::string_view::npos;
      BOOST_TEST((shown.text.find("left out: ") != std::string::npos) == of_report,
                 part << " " << how << ": " << shown.text);
      const outcome again = run(words);
      BOOST_TEST(again.code == 0, part << " " << how << ": " << again.text);
      BOOST_TEST(again.text.find("warning: ") != std::string::npos, again.text);
      BOOST_TEST(result_of(cell) == whole, part << " " << how);
      if (fs::path(part).extension() == ".npy") BOOST_TEST((contents(cell / part) == kept));
      BOOST_TEST(program("report --all " + out).text == report, part << " " << how);
      BOOST_TEST(program("status " + out).text.find("2 cells: 2 finished") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(stop_no_other_command) {
  const std::string out = f.at("out");
  BOOST_TEST_REQUIRE(run("--output " + out).code == 0);
  const fs::path cell = f.path / "out/cell";
  fs::remove(cell / "result.json");
  for (const char* name : {"failure.json", "evaluation.partial.json", "manifest.json"})
    f.write(std::string("out/cell/") + name, "");
  const outcome status = program("status " + out);
  BOOST_TEST(status.code == 0, status.text);
  BOOST_TEST(program("report " + out).code == 2);
  const outcome again = run("--output " + out);
  BOOST_TEST(again.code == 0, again.text);
  // A config that was cut before anything was in it.
  fs::resize_file(cell / "config.toml", 0);
  fs::remove(cell / "result.json");
  BOOST_TEST(run("--output " + out).code == 0);
  BOOST_TEST(contents(cell / "config.toml").find("[model]") != std::string::npos);
  // What a study consists of, only its config knows: the record is refused with what to do.
  f.write("out/study.json", "{");
  for (const std::string& command : {"status " + out, "report " + out, "run " + config + " --quiet --output " + out})
    refused(command, 2, "remove it, and run the study again");
  fs::remove(f.path / "out/study.json");
  BOOST_TEST(run("--output " + out).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
