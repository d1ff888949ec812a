#include "core/items/task.hpp"

#include <algorithm>

namespace lengthwise {

std::unique_ptr<task> make_task(std::string_view name) {
  const std::span<const registered_task> known = registered_tasks();
  const auto entry = std::ranges::find(known, name, &registered_task::name);
  return entry == known.end() ? nullptr : entry->make();
}

}  // namespace lengthwise
