// A study of a tiny model, run as a user runs it, and what its folder holds.
#pragma once
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <regex>
#include <string>

#include "tests/experiments/program.hpp"

namespace lengthwise::testing {

inline std::string found(const std::string& text, const std::string& pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "";
}
inline std::string digest(const std::filesystem::path& cell) {
  return found(contents(cell / "result.json"), "\"digest\": \"([0-9a-f]+)\"");
}
// metrics.jsonl without what the wall clock says.
inline std::string metrics(const std::filesystem::path& cell) {
  return std::regex_replace(contents(cell / "metrics.jsonl"), std::regex(",\"seconds\":[^}]*"), "");
}

struct tiny_study {
  folder f;
  std::string config = f.write("tiny.toml", tiny_config);
  outcome run(const std::string& words) const { return program("run " + config + " " + words + " --quiet"); }
  void refused(const std::string& words, int code, const std::string& message) const {
    const outcome o = program(words);
    BOOST_TEST(o.code == code, words << " gave " << o.code << ": " << o.text);
    BOOST_TEST(o.text.find(message) != std::string::npos, words << " gave " << o.text);
    BOOST_TEST(std::ranges::count(o.text, '\n') <= 2);
  }
};

}  // namespace lengthwise::testing
