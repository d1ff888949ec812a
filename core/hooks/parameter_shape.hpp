// The shape under which a learned parameter is stored in files: extents of 1 that were not asked for are left out.
#pragma once
#include <cstdint>
#include <vector>

#include "core/hooks/parameter.hpp"

namespace lengthwise {

inline std::vector<std::int64_t> shape_of(const parameter& p, int heads) {
  std::vector<std::int64_t> shape;
  if (p.per_head) shape.push_back(heads);
  if (p.rows > 1) shape.push_back(p.rows);
  if (p.columns > 1 || shape.empty()) shape.push_back(p.columns);
  return shape;
}

}  // namespace lengthwise
