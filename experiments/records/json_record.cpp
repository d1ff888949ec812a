#include "experiments/records/json_record.hpp"

#include <cstdint>

#include "core/storage/file_bytes.hpp"

namespace lengthwise {
namespace {

constexpr int deepest = 32;  // a config's lists are nested twice; what reads them recurses

record_json json_of(const config_value& value) {
  struct writer {
    record_json operator()(bool x) const { return x; }
    record_json operator()(std::int64_t x) const { return x; }
    record_json operator()(double x) const { return x; }
    record_json operator()(const std::string& x) const { return x; }
    record_json operator()(const config_list& list) const {
      record_json items = record_json::array();
      for (const config_value& item : list) items.push_back(json_of(item));
      return items;
    }
  };
  return std::visit(writer{}, static_cast<const config_value::variant&>(value));
}

config_value value_of(const record_json& j) {
  if (j.is_boolean()) return j.get<bool>();
  if (j.is_number_integer()) return whole<std::int64_t>(j);
  if (j.is_number()) return j.get<double>();
  if (j.is_string()) return j.get<std::string>();
  if (!j.is_array()) throw wrong_value(std::string("a value of a config is ") + j.type_name());
  config_list list;
  for (const record_json& item : j) list.push_back(value_of(item));
  return list;
}

}  // namespace

record_json checked_json(std::string_view text) {
  return record_json::parse(text, [](int depth, record_json::parse_event_t, record_json&) {
    if (depth > deepest) throw wrong_value("it is nested too deeply");
    return true;
  });
}

double number(const record_json& j) {
  if (j.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!j.is_number()) throw wrong_value(std::string("a number is ") + j.type_name());
  return j.get<double>();
}

std::string line_of(const record_json& j) {
  auto text = j.get<std::string>();
  if (!is_printable(text)) throw wrong_value("the text \"" + printable(text) + "\" has control characters");
  return text;
}

record_json json_of(const std::vector<named_value>& values) {
  record_json object = record_json::object();
  for (const named_value& v : values) object[v.name] = json_of(v.value);
  return object;
}

std::vector<named_value> values_of(const record_json& object) {
  if (!object.is_object()) throw wrong_value(std::string("a config is ") + object.type_name());
  std::vector<named_value> values;
  for (const auto& [name, value] : object.items()) values.push_back({line_of(name), value_of(value)});
  return values;
}

std::string record_text(const record_json& j) {
  return j.dump(1, ' ', false, record_json::error_handler_t::replace) + "\n";
}

std::optional<std::string> record_in(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return std::nullopt;
  const std::vector<std::byte> bytes = file_bytes(file);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace lengthwise
