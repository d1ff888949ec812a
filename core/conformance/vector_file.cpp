#include "core/conformance/vector_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/attention/registry.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {
namespace {

using nlohmann::json;

json section(const vector_file& file, const std::string& key) {
  json read = json::parse(file.metadata(key), nullptr, false);
  if (!read.is_object()) file.refuse(fmt::format("its \"{}\" is no JSON object", key));
  return read;
}
std::string type_in(const vector_file& file, const json& section, const std::string& key) {
  if (!section.contains("type") || !section["type"].is_string())
    file.refuse(fmt::format("its \"{}\" is no JSON object with a type", key));
  return section["type"];
}
config_value plain_value(const vector_file& file, const std::string& key, const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) file.refuse(fmt::format("\"{}\" is neither number, text, truth value nor list", key));
  config_list list;
  for (const json& item : value) {
    if (item.is_structured()) file.refuse(fmt::format("\"{}\" is a list of more than plain values", key));
    list.push_back(plain_value(file, key, item));
  }
  return list;
}

// Gives an encoding or a view the keys of its section. A number without a point is one for a key that takes fractions.
template <class Kind>
void assign_all(const vector_file& file, const std::filesystem::path& path, Kind& made, const json& section,
                std::initializer_list<std::string_view> others) {
  for (const auto& [key, value] : section.items()) {
    if (std::ranges::find(others, std::string_view(key)) != others.end()) continue;
    bool known = false;
    const std::string problem = made.assign(key, plain_value(file, key, value), known);
    if (!known)
      throw usage_error(
          fmt::format("{}: \"{}\" has no key \"{}\"", printable(path.string()), made.name(), printable(key)));
    if (!problem.empty() && value.is_structured())
      file.refuse(fmt::format("its {} has \"{}\", which {}", made.name(), key, problem));
    if (!problem.empty())
      throw usage_error(fmt::format("{}: {} {}", printable(path.string()), printable(key), printable(problem, 1000)));
  }
}

}  // namespace

vector_file::vector_file(const std::filesystem::path& at) : path_(at), contents_(read_safetensors(at)) {}

void vector_file::refuse(const std::string& reason) const {
  throw damaged_file(
      fmt::format("{}: not a usable vector file: {}", printable(path_.string()), printable(reason, 1000)));
}

std::string vector_file::metadata(const std::string& key) const {
  const auto found = contents_.metadata.find(key);
  if (found == contents_.metadata.end()) refuse(fmt::format("its metadata lack \"{}\"", key));
  return found->second;
}
const tensor_record* vector_file::find(const std::string& name) const {
  const auto found = std::ranges::find(contents_.tensors, name, &tensor_record::name);
  return found == contents_.tensors.end() ? nullptr : &*found;
}
std::vector<std::int64_t> vector_file::shape(const std::string& name, std::size_t rank) const {
  const tensor_record* t = find(name);
  if (t == nullptr) refuse(fmt::format("tensor \"{}\" is missing", name));
  if (t->shape.size() != rank) refuse(fmt::format("tensor \"{}\" has {} axes, not {}", name, t->shape.size(), rank));
  for (const std::int64_t extent : t->shape)
    if (extent < 1 || extent > largest_extent) refuse(fmt::format("tensor \"{}\" has an extent of {}", name, extent));
  return t->shape;
}
std::vector<double> vector_file::numbers(const std::string& name, const std::vector<std::int64_t>& wanted) const {
  const tensor_record* t = find(name);
  if (t == nullptr) refuse(fmt::format("tensor \"{}\" is missing", name));
  // Axes of one are named in some definitions, and not in others: a network of one hidden unit is [heads] or [heads,
  // 1].
  const auto longer_than_one = [](std::vector<std::int64_t> shape) {
    std::erase(shape, 1);
    return shape;
  };
  if (longer_than_one(t->shape) != longer_than_one(wanted))
    refuse(fmt::format("tensor \"{}\" has shape [{}], not [{}]", name, fmt::join(t->shape, ", "),
                       fmt::join(wanted, ", ")));
  if (t->type != dtype::f64) refuse(fmt::format("tensor \"{}\" is {}, not F64", name, name_of(t->type)));
  std::vector<double> values = t->values<double>();
  for (const double x : values)
    if (!std::isfinite(x)) refuse(fmt::format("tensor \"{}\" holds a number that is not finite", name));
  return values;
}
std::vector<real> vector_file::reals(const std::string& name, const std::vector<std::int64_t>& wanted) const {
  const std::vector<double> wide = numbers(name, wanted);
  std::vector<real> values(wide.size());
  for (std::size_t i = 0; i < wide.size(); ++i) values[i] = static_cast<real>(wide[i]);
  return values;
}

int vector_file::train_length() const {
  const std::string text = metadata("train_length");
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 1 || value > largest_extent)
    refuse(fmt::format("train_length \"{}\" is no length", text));
  return value;
}

std::unique_ptr<encoding> vector_file::read_encoding() const {
  json said = section(*this, "encoding");
  std::string type = type_in(*this, said, "encoding");
  // What a file says by a key of one encoding is a composition here.
  if (type == "dape" && said.contains("base_encoding") && said["base_encoding"].is_string()) {
    type = said["base_encoding"].get<std::string>() + "+dape";
    said.erase("base_encoding");
    if (said.contains("hidden")) said["dape.hidden"] = said["hidden"], said.erase("hidden");
  }
  if (type == "path" && said.contains("gate")) {
    type += "+forgetting";
    if (said["gate"] != "scaled" && said["gate"] != "unscaled") refuse("its gate is neither scaled nor unscaled");
    const bool scaled = said["gate"] == "scaled";
    said.erase("gate"), said["scaled"] = scaled;
  }
  std::unique_ptr<encoding> made = make_encoding(type);
  if (made == nullptr)
    throw usage_error(fmt::format("{}: there is no encoding \"{}\" (see `lengthwise list encodings`)",
                                  printable(path_.string()), printable(type)));
  assign_all(*this, path_, *made, said, {"type"});
  return made;
}

std::unique_ptr<view> vector_file::read_view() const {
  if (!contents_.metadata.contains("extension")) return make_view("raw");
  const json said = section(*this, "extension");
  const std::string type = type_in(*this, said, "extension");
  std::unique_ptr<view> made = type.find('+') == type.npos ? make_view(type) : nullptr;
  if (made == nullptr)
    throw usage_error(fmt::format("{}: there is no view \"{}\" (see `lengthwise list views`)",
                                  printable(path_.string()), printable(type)));
  if (said.contains("original_length") && said["original_length"] != train_length())
    refuse("its extension's original_length is not its train_length");
  assign_all(*this, path_, *made, said, {"type", "original_length"});
  return made;
}

namespace {

// What a file calls a key of the section [attention].
struct renamed_key {
  std::string_view theirs, ours;
};
constexpr renamed_key renamed_keys[] = {
    {"window", "head_windows"},           {"chunk", "chunks"},        {"bias", "scale_bias"}, {"floor", "scale_floor"},
    {"coefficient", "scale_coefficient"}, {"gain", "query_key_gain"},
};

}  // namespace

attention_config vector_file::read_attention() const {
  attention_config choices;
  if (!contents_.metadata.contains("attention")) return choices;
  const json said = section(*this, "attention");
  const bool linear = said.contains("kind") && said["kind"] == "linear";
  for (const auto& [key, value] : said.items()) {
    std::string ours = key;
    for (const renamed_key& r : renamed_keys)
      if (r.theirs == key) ours = r.ours;
    config_value given = plain_value(*this, key, value);
    const auto refuse_value = [&, &name = key](std::string_view problem) {
      throw usage_error(fmt::format("{}: attention \"{}\" {}", printable(path_.string()), printable(name), problem));
    };
    if (key == "qk_norm") {
      if (value != "rms") refuse_value("is not rms");
      ours = "query_key_norm", given = true;
    }
    if (key == "epsilon") ours = linear ? "linear_epsilon" : "query_key_epsilon";
    if (key == "feature") {
      if (value != "elu1") refuse_value("is not elu1");
      continue;
    }
    if (key == "dialect") {
      if (value != "unclipped") refuse_value("is not unclipped");
      ours = "scale_unclipped", given = true;
    }
    const bool takes_list = ours == "head_windows" || ours == "chunks" || ours == "scale";
    if (takes_list && !value.is_array()) given = config_list{given};
    bool known = false;
    const std::string problem = assign_field(choices, ours, given, known);
    if (!known) refuse_value("is not known here");
    if (!problem.empty()) refuse_value(printable(problem, 1000));
  }
  if (const config_problem problem = choices.problem(); !problem.empty()) refuse(std::string(problem.says));
  return choices;
}

}  // namespace lengthwise
