#include "experiments/claims/claims.hpp"

#include <fmt/format.h>

namespace lengthwise {
namespace {

std::string multiple(double k) { return k == 1 ? "L" : fmt::format("{:g} L", k); }

std::string measured(std::string_view what, const curve_name& c, std::string_view length) {
  std::string text = fmt::format("{}({}", what, c.encoding);
  if (c.extension != "none") text += fmt::format(" + {}", c.extension);
  if (c.protocol) text += fmt::format(", {}", name_of(*c.protocol));
  return fmt::format("{}, {})", text, length);
}
std::string perplexity(const curve_name& c, std::string_view length) { return measured("ppl", c, length); }

// "for every T from 2 L to 4 L"
std::string range(const predicate& p) {
  const bool open = p.until == std::numeric_limits<double>::infinity();
  if (p.from == 0) return open ? "at every T" : fmt::format("for every T up to {}", multiple(p.until));
  if (p.above_from)
    return fmt::format("for every T > {}{}", multiple(p.from), open ? "" : " up to " + multiple(p.until));
  return open ? fmt::format("for every T >= {}", multiple(p.from))
              : fmt::format("for every T from {} to {}", multiple(p.from), multiple(p.until));
}

}  // namespace

std::string predicate::text() const {
  const bool one_length = from == until;
  const std::string length = one_length ? multiple(from) : "T", where = one_length ? "" : " " + range(*this);
  switch (what) {
    case kind::best_length:
      return fmt::format("{} is best at a length from {} to {}", of.encoding, multiple(from), multiple(until));
    case kind::out_of_domain: return fmt::format("{} is out of domain {}", of.encoding, range(*this));
    case kind::same_bits:
      return fmt::format("{} = {} to the last bit{}", perplexity(of, length), perplexity(to, length), where);
    case kind::ratio:
    case kind::exact: break;
  }
  const bool lower = at_least > 0, upper = at_most < std::numeric_limits<double>::infinity();
  const std::string both =
      what == kind::ratio
          ? fmt::format("{} / {}", perplexity(of, length), perplexity(to, over ? multiple(*over) : length))
      : compared ? fmt::format("{} - {}", measured("exact", of, length), measured("exact", to, length))
                 : measured("exact", of, length);
  const std::string bounds = lower && upper ? fmt::format(" from {:g} to {:g}", at_least, at_most)
                             : lower        ? fmt::format(" >= {:g}", at_least)
                                            : fmt::format(" <= {:g}", at_most);
  return both + bounds + where;
}

}  // namespace lengthwise
