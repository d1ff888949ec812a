// Vector files: one attention problem (or input table) with its answer, from any implementation, checked against ours.
// Built in float and in double, so that a program can check both.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/math/real.hpp"

namespace lengthwise {

// One answer of a file against ours.
struct conformance_error {
  std::string tensor;
  double relative;  // |ours - answer| / |answer|; for an answer that vanishes, see conformance.cpp
};
struct conformance_report {
  std::string encoding, source;
  std::vector<conformance_error> errors;
  double largest() const;
};

// Relative tolerance in this precision: 1e-5 in float, 1e-10 in double.
inline constexpr double conformance_tolerance = sizeof(real) == 4 ? 1e-5 : 1e-10;

// Throws damaged_file (not a vector file: what is missing, misshapen or not finite) or usage_error (an encoding or
// hyper-parameter that we do not have).
conformance_report check_vector_file(const std::filesystem::path&);

}  // namespace lengthwise
