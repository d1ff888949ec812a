// A loss or gradient that is not finite stops the run before the update: the last good parameters stay.
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstring>
#include <limits>

#include "core/model/transformer.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/safetensors.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

// A run whose parameters are not finite: a checkpoint with one number spoilt.
void spoil(trainer& run, const char* name, real value) {
  temporary_path file("spoilt");
  run.save(file.path(), {});
  safetensors contents = read_safetensors(file.path());
  for (tensor_record& t : contents.tensors)
    if (t.name == name) std::memcpy(t.bytes.data(), &value, sizeof value);
  const auto bytes = safetensors_bytes(contents, checksums::with);
  std::FILE* out = std::fopen(file.path().c_str(), "wb");
  BOOST_TEST_REQUIRE(std::fwrite(bytes.data(), 1, bytes.size(), out) == bytes.size());
  std::fclose(out);
  run.load(file.path());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(non_finite)

BOOST_AUTO_TEST_CASE(a_rate_beyond_reason_stops_before_the_update) {
  for (const double rate : {1e30, 1e38})
    for (const int threads : {1, 3}) {
      train_config t = tiny_training;
      t.rate = rate, t.warmup = 0;
      started x("rope", threads, tiny_model, t);
      int done = 0;
      std::string before, message;
      try {
        for (; done < 20; ++done) {
          before = x.run.digest();
          x.run.step();
        }
      } catch (const non_finite_error& problem) {
        message = problem.what();
        BOOST_TEST(problem.exit_code() == 5);
      }
      BOOST_TEST_REQUIRE(done < 20, "a rate of " << rate << " must not go on for ever");
      BOOST_TEST(x.run.steps_done() == done);
      BOOST_TEST(x.run.digest() == before);
      BOOST_TEST(message.find("step " + std::to_string(done + 1) + ": the ") == 0u, message);
      BOOST_CHECK_THROW(x.run.step(), non_finite_error);  // and again
      BOOST_TEST(x.run.digest() == before);
    }
}
BOOST_AUTO_TEST_CASE(a_parameter_that_is_not_finite_stops_the_next_step) {
  for (const real bad : {std::numeric_limits<real>::quiet_NaN(), std::numeric_limits<real>::infinity()})
    for (const char* name : {"head", "norm.gain", "layers.1.attention.qkv", "layers.0.feed_forward.down"}) {
      started x("alibi");
      spoil(x.run, name, bad);
      const std::string before = x.run.digest();
      BOOST_CHECK_THROW(x.run.step(), non_finite_error);
      BOOST_TEST(x.run.digest() == before, name);
      BOOST_TEST(x.run.steps_done() == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
