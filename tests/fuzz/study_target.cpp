// The readers of study.json and failure.json: what they take comes back from the writers, and leads to no other folder.
#include <filesystem>

#include "experiments/records/json_record.hpp"
#include "experiments/records/result.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {
namespace {

bool read_as_study(std::string_view text) {
  frozen_study s;
  try {
    s = parse_study(text, "study.json");
  } catch (const usage_error& refusal) {
    demand_readable(refusal.what());
    return false;
  }
  demand(is_printable(s.name), "a name of one line");
  for (const frozen_cell& c : s.cells) {
    const std::filesystem::path at = (std::filesystem::path("study") / c.folder).lexically_normal();
    demand(at.parent_path() == "study" && is_printable(c.folder), "a folder in the study's");
  }
  const std::string written = json_text(s);
  demand(json_text(parse_study(written, "written.json")) == written, "the same study");
  return true;
}

bool read_as_failure(std::string_view text) {
  try {
    const failure_record f = parse_failure(text, "failure.json");
    demand(is_printable(f.message.shown()), "a message that can be shown");
    const std::string written = json_text(f);
    demand(json_text(parse_failure(written, "written.json")) == written, "the same failure");
    return true;
  } catch (const usage_error& refusal) {
    demand_readable(refusal.what());
    return false;
  }
}

}  // namespace

bool read(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bool as_study = read_as_study(text), as_failure = read_as_failure(text);
  return as_study || as_failure;
}

}  // namespace lengthwise::testing
