// Results are bits: the same digest over threads, repetitions and instruction sets, for every encoding; and the digests
// committed in golden_digests.txt, so that every machine that runs this test is a witness. After a change that is meant
// to change results, write them again:
//   LENGTHWISE_WRITE_GOLDEN=1 build/release/tests/test_training_float --run_test=digest
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <stdexcept>

#include "core/kernels/kernels.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

constexpr int steps = 3;
const char* const golden_file = LENGTHWISE_SOURCE_DIR "/tests/training/golden_digests.txt";

// An encoding by its name; or RoPE by the recipe of docs/performance.md, with Muon in place of AdamW.
constexpr std::string_view recipe = "recipe:rope";
std::string digest_of(std::string_view name, int threads) {
  if (name != recipe) return started(name, threads).digest_at(steps);
  model_config m = tiny_model;
  m.activation = activation_kind::relu2, m.residual_init = residual_start::zero, m.attention.query_key_norm = true;
  train_config t = tiny_training;
  t.optimizer = optimizer_kind::muon;
  return started("rope", threads, m, t).digest_at(steps);
}

// Computed once for all cases.
const std::map<std::string, std::string>& digests() {
  static const std::map<std::string, std::string> all = [] {
    std::map<std::string, std::string> m;
    for (const registered_encoding& entry : registered_encodings())
      m[std::string(entry.name)] = digest_of(entry.name, 1);
    m[std::string(recipe)] = digest_of(recipe, 1);
    return m;
  }();
  return all;
}
bool selectable(const char* level) {
  try {
    select_kernels(level);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE(is_that_of_the_golden_file_for_every_encoding) {
  if (std::getenv("LENGTHWISE_WRITE_GOLDEN") != nullptr) {
    std::ofstream out(golden_file);
    for (const auto& [name, digest] : digests()) out << name << ' ' << digest << '\n';
  }
  std::map<std::string, std::string> golden;
  std::ifstream in(golden_file);
  for (std::string name, digest; in >> name >> digest;) golden[name] = digest;
  for (const auto& [name, digest] : digests())
    BOOST_TEST(golden[name] == digest, name << ": " << digest << ", not " << golden[name]);
  for (const auto& [name, digest] : golden) BOOST_TEST(digests().contains(name), name << " is no encoding any more");
}
BOOST_AUTO_TEST_CASE(is_the_same_again_and_for_any_number_of_threads) {
  for (const auto& [name, digest] : digests())
    for (const int threads : {1, 2, 3, 5})
      BOOST_TEST(digest_of(name, threads) == digest, name << " on " << threads << " threads");
}
BOOST_AUTO_TEST_CASE(is_the_same_at_every_level_of_the_machine) {
  const std::string before(kernels().name);
  for (const char* level : {"generic", "v3", "v4"}) {
    if (level == before || !selectable(level)) continue;  // that in use has been tested
    for (const auto& [name, digest] : digests()) BOOST_TEST(digest_of(name, 2) == digest, name << " at " << level);
  }
  select_kernels(before);
}
BOOST_AUTO_TEST_CASE(depends_on_what_it_should) {
  const std::vector<token_id> text = drawn_text();
  const auto after_a_step = [&](const train_config& t, std::uint64_t seed) {
    trainer run(least_model, t, make_encoding("rope"), std::make_shared<drawn_windows>(text, seed), seed, 1);
    run.step();
    return run.digest();
  };
  train_config t = least_training;
  const std::string digest = after_a_step(t, 7);
  BOOST_TEST(after_a_step(t, 8) != digest);
  t.rate *= 1.0001;
  BOOST_TEST(after_a_step(t, 7) != digest);
  t = least_training, t.shards = 4;
  BOOST_TEST(after_a_step(t, 7) != digest);  // the tree over shards is part of a result's identity
}

BOOST_AUTO_TEST_SUITE_END()
