// Memory grows linearly with the length, for every encoding; 16,384 bytes of context on the default model stay within 1
// GiB.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "core/attention/registry.hpp"
#include "core/evaluation/evaluator.hpp"
#include "tests/sanitized.hpp"

using namespace lengthwise;

namespace {

#if !LENGTHWISE_ADDRESS_SANITIZER
// Largest resident memory, in bytes, of a process that scores one window of this length.
long resident(const char* name, int length) {
  const pid_t child = ::fork();
  if (child == 0) {
    const transformer model(model_config{}, make_encoding(name),
                            128);  // of zeros, whose evaluation takes as much memory
    const std::vector<token_id> text(static_cast<std::size_t>(length) + 1, 65);
    evaluate_config c;
    c.lengths = {length}, c.targets = 64;
    const evaluation_result r = evaluate(model, text, c, {length, protocol::sliding}, 2);
    ::_exit(r.status == evaluation_status::ok && r.targets == 64 ? 0 : 1);
  }
  int status = -1;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  BOOST_TEST_REQUIRE(status == 0);
  return usage.ru_maxrss * 1024;
}
#endif

}  // namespace

BOOST_AUTO_TEST_SUITE(memory)

BOOST_AUTO_TEST_CASE(counted_memory_grows_linearly_for_every_encoding) {
  const model_config c{.layers = 2, .width = 32, .heads = 2, .feed_forward = 64};
  for (const registered_encoding& entry : registered_encodings()) {
    const auto bytes = [&](int time) {
      const transformer model(c, make_encoding(entry.name), time);  // a learned table as long as the window
      const position_tables tables = model.make_tables(time);
      return sizeof(real) * activations::count(c, tables, 1, pass::evaluation) + tables.bytes();
    };
    // Where no square table of bias is kept any more: shorter ones are bounded by a constant.
    const std::size_t once = bytes(4096), four_times = bytes(4 * 4096), sixteen_times = bytes(16 * 4096);
    BOOST_TEST(four_times <= 4 * once, entry.name << ": " << once << " and " << four_times);
    BOOST_TEST(sixteen_times <= 16 * once, entry.name << ": " << once << " and " << sixteen_times);
    BOOST_TEST(static_cast<double>(sixteen_times - four_times) < 4.1 * static_cast<double>(four_times - once),
               entry.name);
  }
}
#if !LENGTHWISE_ADDRESS_SANITIZER
BOOST_AUTO_TEST_CASE(measured_memory_stays_within_a_gibibyte_and_grows_linearly) {
  const long quarter = resident("rope", 2048), half = resident("rope", 4096), whole = resident("rope", 16384);
  BOOST_TEST_MESSAGE("MiB resident at 2048, 4096 and 16384 bytes of context: "
                     << (quarter >> 20) << ", " << (half >> 20) << ", " << (whole >> 20));
  BOOST_TEST(whole < 1L << 30);
  const double each = static_cast<double>(half - quarter) / 2048;  // bytes for a byte of context
  BOOST_TEST(static_cast<double>(whole - half) < 1.2 * 12288 * each);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
