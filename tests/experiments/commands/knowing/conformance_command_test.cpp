// `lengthwise conformance` on good, wrong and damaged files: one line and a status, whatever the bytes.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/storage/atomic_file.hpp"
#include "core/storage/safetensors.hpp"
#include "tests/experiments/program.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

const std::string vectors = LENGTHWISE_SOURCE_DIR "/tests/reference/vectors/";

std::string changed(const folder& f, const std::string& name, const std::function<void(safetensors&)>& change) {
  safetensors contents = read_safetensors(vectors + name);
  change(contents);
  write_atomically(f.path / name, safetensors_bytes(contents));
  return f.at(name);
}
tensor_record& tensor(safetensors& s, const std::string& name) {
  for (tensor_record& t : s.tensors)
    if (t.name == name) return t;
  throw std::invalid_argument(name);
}
void scale(tensor_record& t, double factor) {
  std::vector<double> values = t.values<double>();
  for (double& x : values) x *= factor;
  t = tensor_of<double>(t.name, t.shape, values);
}
void expect_refusal(const std::string& file, int code, const std::string& part) {
  const outcome o = program("conformance " + file);
  BOOST_TEST(o.code == code, o.code << ": " << o.text);
  BOOST_TEST(o.text.find(part) != std::string::npos, o.text);
  BOOST_TEST(std::count(o.text.begin(), o.text.end(), '\n') == 1, o.text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_command)

BOOST_AUTO_TEST_CASE(committed_files_are_within_tolerance) {
  const outcome o = program("conformance --json " + vectors + "rope.safetensors " + vectors + "sinusoidal.safetensors");
  BOOST_TEST(o.code == 0);
  const auto json = nlohmann::json::parse(o.text);
  BOOST_TEST(json["files"].size() == 2U);
  BOOST_TEST(json["files"][0]["ok"] == true);
  BOOST_TEST(json["files"][0]["tensors"][0]["double"].get<double>() < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_wrong_answer_is_status_1) {
  const folder f;
  const outcome slight = program("conformance " + changed(f, "rope.safetensors", [](safetensors& s) {
                                   scale(tensor(s, "expected.output"), 1 + 1e-8);
                                 }));
  BOOST_TEST(slight.code == 1);  // float cannot see it, double does
  BOOST_TEST(slight.text.find("OUT OF TOLERANCE") != std::string::npos);
  BOOST_TEST(program("conformance " + changed(f, "alibi.safetensors",
                                              [](safetensors& s) { scale(tensor(s, "expected.gradient.keys"), -1); }))
                 .code == 1);
}

BOOST_AUTO_TEST_CASE(files_that_are_refused) {
  const folder f;
  expect_refusal(f.at("missing.safetensors"), 6, "missing.safetensors");
  expect_refusal(f.write("text", "no tensors at all"), 4, "text");
  expect_refusal(f.write("empty", ""), 4, "empty");
  const auto set = [](const std::string& key, const std::string& value) {
    return [=](safetensors& s) { s.metadata[key] = value; };
  };
  expect_refusal(changed(f, "rope.safetensors", set("encoding", R"({"type": "roper"})")), 2,
                 "there is no encoding \"roper\"");
  expect_refusal(changed(f, "rope.safetensors", set("encoding", R"({"type": "rope", "bsae": 1})")), 2, "bsae");
  expect_refusal(changed(f, "rope.safetensors", set("encoding", R"({"type": "rope", "base": -1})")), 2, "base");
  expect_refusal(changed(f, "rope.safetensors", set("encoding", R"({"type": "rope", "base": [1]})")), 4, "base");
  expect_refusal(changed(f, "rope.safetensors", set("encoding", "[1, 2")), 4, "encoding");
  expect_refusal(changed(f, "rope.safetensors", set("encoding", std::string(20000, '['))), 4, "encoding");
  expect_refusal(changed(f, "rope.safetensors", set("train_length", "-5")), 4, "train_length");
  expect_refusal(changed(f, "rope.safetensors", [](safetensors& s) { s.metadata.erase("encoding"); }), 4, "encoding");
  expect_refusal(changed(f, "rope.safetensors", [](safetensors& s) { tensor(s, "keys").name = "kyes"; }), 4, "keys");
  expect_refusal(changed(f, "rope.safetensors",
                         [](safetensors& s) { std::swap(tensor(s, "keys").shape[1], tensor(s, "keys").shape[2]); }),
                 4, "shape");
  expect_refusal(
      changed(f, "rope.safetensors",
              [](safetensors& s) { tensor(s, "queries").shape = {1}, tensor(s, "queries").bytes.resize(8); }),
      4, "queries");
  expect_refusal(changed(f, "rope.safetensors",
                         [](safetensors& s) { scale(tensor(s, "queries"), std::numeric_limits<double>::infinity()); }),
                 4, "finite");
  expect_refusal(changed(f, "rope.safetensors", [](safetensors& s) { tensor(s, "queries").type = dtype::i64; }), 4,
                 "F64");
}

BOOST_AUTO_TEST_CASE(a_bad_file_does_not_hide_the_others) {
  const folder f;
  const outcome o = program("conformance " + f.write("bad", "bad") + " " + vectors + "none.safetensors");
  BOOST_TEST(o.code == 4);
  BOOST_TEST(o.text.find("expected.output") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
