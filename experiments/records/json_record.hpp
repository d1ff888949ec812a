// JSON that was read, which may be anything: every number, text and depth is checked before it is used.
#pragma once
#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/value.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/read_text.hpp"

namespace lengthwise {

// A record of ours that is cut, or says what no record can say. What it is of can be made again.
struct damaged_record : usage_error {
  using usage_error::usage_error;
};

using record_json = nlohmann::ordered_json;

// What is wrong with a value; parse_record() says where.
struct wrong_value : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The text as JSON of a few levels. Throws wrong_value.
record_json checked_json(std::string_view text);

template <std::integral Whole>
Whole whole(const record_json& j, Whole least = std::numeric_limits<Whole>::min(),
            Whole most = std::numeric_limits<Whole>::max()) {
  // JSON's whole numbers are read as one of two types, by their sign.
  const bool fits = j.is_number_unsigned()  ? std::in_range<Whole>(j.get<std::uint64_t>())
                    : j.is_number_integer() ? std::in_range<Whole>(j.get<std::int64_t>())
                                            : false;
  if (!fits || j.get<Whole>() < least || j.get<Whole>() > most)
    throw wrong_value(j.dump() + " where a whole number of another size belongs");
  return j.get<Whole>();
}
// Not a number is null in JSON.
double number(const record_json&);
// Text of one line that a terminal shows as it is.
std::string line_of(const record_json&);

record_json json_of(const std::vector<named_value>&);
std::vector<named_value> values_of(const record_json&);

// As it stands in a file.
std::string record_text(const record_json&);

// Reads a record by `read`, and says in one line what is wrong with a file that is none: throws damaged_record, and
// usage_error for one of another schema.
template <class Read>
auto parse_record(std::string_view text, const std::filesystem::path& file, std::string_view what, int schema,
                  Read&& read) {
  const std::string name = printable(file.string());
  try {
    const record_json j = checked_json(text);
    if (const int theirs = whole<int>(j.at("schema")); theirs != schema)
      throw usage_error(fmt::format(
          "{} has schema {}, written by {} version; this one reads schema {}. Use the version in its manifest.json",
          name, theirs, theirs > schema ? "a newer" : "an older", schema));
    return read(j);
  } catch (const record_json::exception& problem) {
    throw damaged_record(fmt::format("{} is not {}: {}", name, what, printable(problem.what())));
  } catch (const wrong_value& problem) {
    throw damaged_record(fmt::format("{} is not {}: {}", name, what, printable(problem.what())));
  }
}

// The bytes of a file; nothing when there is none.
std::optional<std::string> record_in(const std::filesystem::path& file);

}  // namespace lengthwise
