#include "core/config/value.hpp"

#include <cstdio>

namespace lengthwise::detail {

std::string type_problem(std::string_view wanted) { return "must be " + std::string(wanted); }

std::string range_problem(double value, double low, double high) {
  char text[160];
  if (std::isfinite(low) && std::isfinite(high))
    std::snprintf(text, sizeof text, "must lie between %.10g and %.10g, not %.10g", low, high, value);
  else if (std::isfinite(low))
    std::snprintf(text, sizeof text, "must be at least %.10g and finite, not %.10g", low, value);
  else if (std::isfinite(high))
    std::snprintf(text, sizeof text, "must be at most %.10g and finite, not %.10g", high, value);
  else
    std::snprintf(text, sizeof text, "must be a finite number, not %.10g", value);
  return text;
}

std::string name_problem(std::string_view given, const std::string_view* names, std::size_t count) {
  std::string text = "must be one of";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? " \"" : ", \"") + std::string(names[i]) + "\"";
  return given.empty() ? text : text + ", not \"" + std::string(given) + "\"";
}

}  // namespace lengthwise::detail
