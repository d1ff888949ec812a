// Every encoding against the independent reference's vector files (tests/reference), in this precision.
#include "core/conformance/conformance.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "core/attention/registry.hpp"

using namespace lengthwise;

BOOST_AUTO_TEST_SUITE(conformance)

BOOST_AUTO_TEST_CASE(every_vector_file_is_met_within_tolerance) {
  std::set<std::string> seen;
  const std::filesystem::path vectors = LENGTHWISE_SOURCE_DIR "/tests/reference/vectors";
  for (const char* folder : {"", "positions", "shapes", "extensions", "attention", "compositions", "encodings"})
    for (const auto& entry : std::filesystem::directory_iterator(vectors / folder)) {
      if (entry.path().extension() != ".safetensors") continue;
      BOOST_TEST_CONTEXT(entry.path().filename().string()) {
        const conformance_report report = check_vector_file(entry.path());
        for (std::size_t begin = 0; begin <= report.encoding.size();) {  // of each part of a composition
          const std::size_t end = std::min(report.encoding.find('+', begin), report.encoding.size());
          seen.insert(report.encoding.substr(begin, end - begin));
          begin = end + 1;
        }
        BOOST_TEST(!report.errors.empty());
        for (const conformance_error& error : report.errors)
          BOOST_TEST(error.relative <= conformance_tolerance, error.tensor << ": " << error.relative);
      }
    }
  for (const registered_encoding& known : registered_encodings())
    BOOST_TEST(seen.contains(std::string(known.name)), known.name);
}

BOOST_AUTO_TEST_SUITE_END()
