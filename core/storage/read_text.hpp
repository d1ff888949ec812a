// Text that was read: from a record, a path, a config, another program. Whatever its bytes, it can be shown and cannot
// act.
#pragma once
#include <fmt/format.h>

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/storage/printable.hpp"

namespace lengthwise {

// There is no way from it to a std::string by accident: a message, a table or a figure gets it as printable() makes it,
// a file in the words of its format (to_json below; a CSV field, an element of HTML).
class read_text {
 public:
  read_text() = default;
  explicit read_text(std::string bytes) : bytes_(std::move(bytes)) {}

  // One line that is safe to show.
  std::string shown(std::size_t longest = static_cast<std::size_t>(-1)) const { return printable(bytes_, longest); }
  // The bytes as they were read. Only for what encodes them for a format, compares them or opens a file of that name;
  // tests/house lists who does.
  const std::string& unescaped() const { return bytes_; }

  bool empty() const { return bytes_.empty(); }
  bool operator==(const read_text&) const = default;
  std::strong_ordering operator<=>(const read_text&) const = default;

 private:
  std::string bytes_;
};

// JSON has an escape for each control character: the writer sees to that.
template <class Json>
void to_json(Json& j, const read_text& text) {
  j = text.unescaped();
}
template <class Json>
void from_json(const Json& j, read_text& text) {
  text = read_text(j.template get<std::string>());
}

}  // namespace lengthwise

template <>
struct fmt::formatter<lengthwise::read_text> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const lengthwise::read_text& text, Context& context) const {
    return fmt::formatter<std::string_view>::format(text.shown(), context);
  }
};
