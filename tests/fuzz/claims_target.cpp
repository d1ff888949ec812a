// The reader of claims.
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/claims/claims.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {

bool read(std::span<const std::byte> bytes) {
  try {
    const std::vector<claim> all =
        parse_claims({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "claims.toml");
    demand(!all.empty(), "a claim");
    for (const claim& c : all) {
      demand(is_printable(c.id + c.says + c.source + c.against_source), "texts of one line");
      demand(!c.holds.empty() && !c.protocols.empty(), "something that holds by a protocol");
      for (const predicate& p : c.holds) demand(is_printable(p.text()), "a predicate of one line");
    }
    return true;
  } catch (const usage_error& refusal) {
    demand_readable(refusal.what());
    return false;
  }
}

}  // namespace lengthwise::testing
