// What a file of claims is refused for.
#pragma once
#include <string>

#include "core/storage/errors.hpp"
#include "experiments/claims/claims.hpp"

namespace lengthwise {

inline std::string refusal(const std::string& toml) {
  try {
    parse_claims(toml, "claims.toml");
  } catch (const usage_error& problem) {
    return problem.what();
  }
  return "";
}

}  // namespace lengthwise
