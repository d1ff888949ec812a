// Losses that are no numbers: every command says so in words, and prints neither nan nor inf, whatever reads them.
#include <boost/test/unit_test.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/storage/atomic_file.hpp"
#include "core/storage/safetensors.hpp"
#include "tests/experiments/tiny_study.hpp"

namespace lengthwise {

using namespace testing;
namespace fs = std::filesystem;

namespace {

void demand_words(const outcome& o, const std::string& what) {
  BOOST_TEST(o.code == 0, what << ": " << o.text);
  BOOST_TEST(found(o.text, "(?:^|[^a-z])(-?nan|-?inf)(?:[^a-z]|$)").empty(), what << ": " << o.text);
}

// A row of the model's learned positions, and all that stand behind it, become no numbers: the losses of lengths that
// reach it are none.
void poison_positions(const fs::path& checkpoint, std::size_t first_row) {
  safetensors file = read_safetensors(checkpoint, checksums::with);
  std::size_t poisoned = 0;
  for (tensor_record& t : file.tensors) {
    if (t.shape.size() != 2 || t.shape[0] != 64 || t.name.starts_with("adamw")) continue;
    std::vector<float> values = t.values<float>();
    for (std::size_t i = first_row * static_cast<std::size_t>(t.shape[1]); i < values.size(); ++i, ++poisoned)
      values[i] = std::numeric_limits<float>::quiet_NaN();
    t = tensor_of<float>(t.name, t.shape, values);
  }
  BOOST_TEST_REQUIRE(poisoned > 0u);
  file.metadata.erase("sha256");
  write_atomically(checkpoint, safetensors_bytes(file, checksums::with));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(losses_that_are_not_finite)

BOOST_AUTO_TEST_CASE(are_said_in_words_by_every_command) {
  const tiny_study s;
  const std::string out = s.f.at("out"), cell = out + "/encoding.type=learned";
  const std::string run = "encoding.type=rope,learned encoding.learned.length=64 --output " + out;
  BOOST_TEST_REQUIRE(s.run(run).code == 0);
  poison_positions(cell + "/checkpoints/step-000020.safetensors", 16);
  fs::remove(cell + "/result.json");
  fs::remove_all(cell + "/nll");

  demand_words(s.run(run + " --json"), "run");  // goes on from the poisoned model
  const auto evaluation = nlohmann::json::parse(contents(fs::path(cell) / "result.json")).at("evaluation");
  std::size_t none = 0;
  for (const nlohmann::json& e : evaluation) none += e.at("status") == "non_finite";
  BOOST_TEST_REQUIRE((none > 0 && none < evaluation.size()), evaluation);  // 64 reaches the poisoned rows, 16 does not

  for (const std::string& words : std::vector<std::string>{
           "status " + out, "report " + out, "explain " + out + " --quiet", "explain " + out + " --quiet --json",
           "evaluate " + cell + " --quiet",
           "evaluate " + cell + " --quiet evaluate.views=[raw,cropped,thin] evaluate.lengths=[64]",
           "verify " LENGTHWISE_SOURCE_DIR "/configs/claims.toml " + out, "report " + out + " --csv -"})
    demand_words(program(words), words);
  for (const char* product : {"--means", "--differences", "--context"})
    demand_words(program("report " + out + " " + product + " -"), product);
  for (const std::string& words : std::vector<std::string>{"report " + out, "evaluate " + cell + " --quiet"})
    BOOST_TEST(program(words).text.find("not finite") != std::string::npos, words);
  BOOST_TEST(program("explain " + out + " --quiet").text.find("a loss is not finite") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(numbers_that_a_record_leaves_out_are_not_printed) {
  const tiny_study s;
  const std::string out = s.f.at("out"), views = " --quiet evaluate.views=[raw,tempered] evaluate.lengths=[64]";
  BOOST_TEST_REQUIRE(s.run("--output " + out).code == 0);
  BOOST_TEST_REQUIRE(program("evaluate " + out + "/cell" + views).code == 0);
  const fs::path folder = fs::directory_iterator(out + "/cell/evaluations")->path();
  nlohmann::json record = nlohmann::json::parse(contents(folder / "result.json"));
  for (nlohmann::json& e : record["evaluation"]) {
    e["nll_standard_error"] = nullptr;
    if (e.contains("chosen"))
      for (auto& [key, value] : e["chosen"].items()) value = nullptr;
  }
  std::ofstream(folder / "result.json") << record.dump();
  demand_words(program("evaluate " + out + "/cell" + views), "evaluate");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace lengthwise
