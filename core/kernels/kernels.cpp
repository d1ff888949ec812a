#include "core/kernels/kernels.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace lengthwise {

#if defined(__x86_64__)
namespace v3 {
extern const kernel_table table;
}
namespace v4 {
extern const kernel_table table;
}
namespace {
const kernel_table* find(std::string_view level) {
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl");
  if (level.empty()) return wide ? &v4::table : &v3::table;
  return level == "v3" ? &v3::table : level == "v4" && wide ? &v4::table : nullptr;
}
}  // namespace
#else
namespace generic {
extern const kernel_table table;
}
namespace {
const kernel_table* find(std::string_view level) {
  return level.empty() || level == "generic" ? &generic::table : nullptr;
}
}  // namespace
#endif

namespace {
const kernel_table* found_or_throw(std::string_view level) {
  if (const kernel_table* table = find(level)) return table;
  throw std::invalid_argument("kernel level '" + std::string(level) + "' is not to be had on this machine");
}
const kernel_table*& in_use() {
  static const kernel_table* table = [] {
    const char* wanted = std::getenv("LENGTHWISE_LEVEL");
    return found_or_throw(wanted == nullptr ? "" : wanted);
  }();
  return table;
}
}  // namespace

const kernel_table& kernels() { return *in_use(); }
void select_kernels(std::string_view level) { in_use() = found_or_throw(level); }
void select_kernels(const kernel_table& table) { in_use() = &table; }

}  // namespace lengthwise
