// What a study's measurements say of published claims. Everything here is computed from the measured curves.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "experiments/claims/claims.hpp"
#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// holds and fails are beyond the margin; unclear is within it; untestable lacks a measurement.
enum class finding { holds, fails, unclear, untestable };

// One length of a predicate: the number that is compared (a ratio), for each seed, and their mean and deviation.
struct measured_length {
  int length = 0, over = 0;  // bytes; over is that of the ratio's lower part
  std::vector<std::uint64_t> seeds;
  std::vector<double> values;
  sample_statistics over_seeds;
  finding found = finding::untestable;
};
struct predicate_finding {
  std::string predicate;
  protocol by;
  finding found = finding::untestable;
  std::string why;  // in words, with the number that decides
  std::vector<measured_length> lengths;
};

// A claim's predicates by one protocol.
struct protocol_finding {
  protocol by;
  finding found = finding::untestable;
  std::string why;
  std::vector<predicate_finding> predicates;
};

enum class verdict_kind { agree, contradict, contested, not_testable };
// "not testable at this scale" for not_testable.
std::string_view name_of(verdict_kind);

struct verdict {
  const claim* about;
  verdict_kind kind = verdict_kind::not_testable;
  std::string why;
  std::vector<protocol_finding> evidence, against;
};

// A claim agrees where all its predicates hold by every protocol that can tell, and contradicts where one fails. It is
// contested where protocols differ, or where the published result to the contrary holds as well.
verdict judge(const claim&, const measurements&);
std::vector<verdict> judge(const std::vector<claim>&, const measurements&);

// For a terminal: the verdicts, each with the numbers behind it.
std::string verdicts_text(const std::vector<verdict>&);
std::string verdicts_json(const std::vector<verdict>&);

}  // namespace lengthwise
