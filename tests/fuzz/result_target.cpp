// The reader of result.json: what it takes comes back from the writer, and holds nothing that a report could not show.
#include <cmath>

#include "experiments/records/json_record.hpp"
#include "experiments/records/result.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {

bool read(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  cell_result r;
  try {
    r = parse_result(text, "result.json");
  } catch (const usage_error& refusal) {
    demand_readable(refusal.what());
    return false;
  }
  for (const std::string* shown : {&r.config_hash, &r.digest, &r.encoding, &r.corpus_sha256})
    demand(is_printable(*shown), "texts of one line");
  demand(r.train_length > 0, "a training length");
  for (const evaluation_record& e : r.evaluation) {
    demand(e.length > 0 && e.targets >= 0 && is_printable(e.extension), "a length and targets");
    demand(!e.ok() || (std::isfinite(e.nll) && e.perplexity > 0), "a loss that can be drawn");
  }
  const std::string written = json_text(r);
  demand(json_text(parse_result(written, "written.json")) == written, "the same result");
  return true;
}

}  // namespace lengthwise::testing
