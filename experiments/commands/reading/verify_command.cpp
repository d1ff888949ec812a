#include <fmt/format.h>

#include "experiments/claims/verdicts.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {
namespace {

int verify(const arguments& a) {
  const std::vector<claim> claims = read_claims(a.words[0]);
  const std::vector<verdict> verdicts = judge(claims, gather(a.words[1]));
  show("{}", a.has("--json") ? verdicts_json(verdicts) : verdicts_text(verdicts));
  return 0;
}

}  // namespace

command verify_command() {
  return {"verify",
          "CLAIMS DIR",
          "Hold published claims against a study's measured curves",
          "Each claim agrees, contradicts, is contested (its protocols differ, or the published contrary holds as "
          "well) or is not\n"
          "testable at this scale, with the numbers behind it.\n\n"
          "Example:\n  lengthwise verify configs/claims.toml runs/extrapolation",
          2,
          2,
          {{"--json", "", "as JSON"}},
          verify};
}

}  // namespace lengthwise
