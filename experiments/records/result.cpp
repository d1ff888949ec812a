#include "experiments/records/result.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

namespace {

// Not a number is null in JSON.
double number(const json& j) { return j.is_null() ? std::numeric_limits<double>::quiet_NaN() : j.get<double>(); }

template <class T>
T named(const json& j) {
  constexpr auto names = names_of(T{});
  const auto text = j.get<std::string>();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<T>(i);
  throw std::invalid_argument("\"" + text + "\" is not known");
}
template <class T>
std::string name_in_record(T value) {
  return std::string(names_of(value)[static_cast<std::size_t>(value)]);
}

json json_of(const config_value& value) {
  struct writer {
    json operator()(bool x) const { return x; }
    json operator()(std::int64_t x) const { return x; }
    json operator()(double x) const { return x; }
    json operator()(const std::string& x) const { return x; }
    json operator()(const config_list& list) const {
      json items = json::array();
      for (const config_value& item : list) items.push_back(json_of(item));
      return items;
    }
  };
  return std::visit(writer{}, static_cast<const config_value::variant&>(value));
}
config_value value_of(const json& j) {
  if (j.is_boolean()) return j.get<bool>();
  if (j.is_number_integer()) return j.get<std::int64_t>();
  if (j.is_number()) return j.get<double>();
  if (j.is_string()) return j.get<std::string>();
  config_list list;
  for (const json& item : j) list.push_back(value_of(item));
  return list;
}
json json_of(const std::vector<named_value>& values) {
  json object = json::object();
  for (const named_value& v : values) object[v.name] = json_of(v.value);
  return object;
}
std::vector<named_value> values_of(const json& object) {
  std::vector<named_value> values;
  for (const auto& [name, value] : object.items()) values.push_back({name, value_of(value)});
  return values;
}

std::string as_text(const json& j) { return j.dump(1, ' ', false, json::error_handler_t::replace) + "\n"; }

// Reads a record of ours by `read`, and says in one line what is wrong with a file that is none.
template <class Record, class Read>
Record parsed(std::string_view text, const fs::path& file, std::string_view what, int schema, Read&& read) {
  const std::string name = printable(file.string());
  try {
    const json j = json::parse(text);
    if (const int theirs = j.at("schema").get<int>(); theirs != schema)
      throw usage_error(fmt::format(
          "{} has schema {}, written by {} version; this one reads schema {}. Use the version in its manifest.json",
          name, theirs, theirs > schema ? "a newer" : "an older", schema));
    return read(j);
  } catch (const json::exception& problem) {
    throw usage_error(fmt::format("{} is not {}: {}", name, what, printable(problem.what())));
  } catch (const std::invalid_argument& problem) {
    throw usage_error(fmt::format("{} is not {}: {}", name, what, printable(problem.what())));
  }
}

template <class Parse>
auto read_file(const fs::path& file, Parse&& parse) -> std::optional<decltype(parse(std::string_view()))> {
  std::error_code code;
  if (!fs::exists(file, code)) return std::nullopt;
  const std::vector<std::byte> bytes = file_bytes(file);
  return parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace

std::string json_text(const cell_result& r) {
  json evaluation = json::array();
  for (const evaluation_record& e : r.evaluation) {
    const auto measured = [&](double x) { return e.ok() && std::isfinite(x) ? json(x) : json(nullptr); };
    evaluation.push_back({{"length", e.length},
                          {"protocol", name_in_record(e.protocol)},
                          {"stride", e.stride},
                          {"extension", e.extension},
                          {"status", name_in_record(e.status)},
                          {"targets", e.targets},
                          {"nll", measured(e.nll)},
                          {"nll_standard_error", measured(e.nll_standard_error)},
                          {"perplexity", measured(e.perplexity)},
                          {"bits_per_byte", measured(e.bits_per_byte)}});
    if (!e.chosen_key.empty()) evaluation.back()["chosen"] = {{e.chosen_key, e.chosen}};
  }
  const json final_hex = std::isfinite(r.final_loss) ? json(fmt::format("{:a}", r.final_loss)) : json(nullptr);
  return as_text({{"schema", cell_result::schema},
                  {"config_hash", r.config_hash},
                  {"digest", r.digest},
                  {"encoding", r.encoding},
                  {"seed", r.seed},
                  {"parameters", r.parameters},
                  {"corpus", {{"name", r.corpus}, {"sha256", r.corpus_sha256}}},
                  {"train",
                   {{"length", r.train_length},
                    {"steps", r.steps},
                    {"tokens", r.tokens},
                    {"final_loss", r.final_loss},
                    {"final_loss_hex", final_hex},
                    {"seconds", r.seconds}}},
                  {"evaluation", evaluation}});
}

namespace {

// {"chosen": {KEY: VALUE}}, where a view's key was found on validation text.
std::string chosen_key_of(const json& e) { return e.contains("chosen") ? e.at("chosen").items().begin().key() : ""; }
double chosen_of(const json& e) {
  return e.contains("chosen") ? e.at("chosen").items().begin().value().get<double>() : 0;
}

}  // namespace

cell_result parse_result(std::string_view text, const fs::path& file) {
  return parsed<cell_result>(text, file, "a result", cell_result::schema, [](const json& j) {
    const json& train = j.at("train");
    cell_result r{j.at("config_hash"),
                  j.at("digest"),
                  j.at("encoding"),
                  j.at("corpus").at("name"),
                  j.at("corpus").at("sha256"),
                  j.at("seed"),
                  j.at("parameters"),
                  train.at("length"),
                  train.at("steps"),
                  train.at("tokens"),
                  number(train.at("final_loss")),
                  train.at("seconds"),
                  {}};
    for (const json& e : j.at("evaluation"))
      r.evaluation.push_back({e.at("length"), named<protocol>(e.at("protocol")), e.at("stride"), e.at("extension"),
                              named<evaluation_status>(e.at("status")), e.at("targets"), number(e.at("nll")),
                              number(e.at("nll_standard_error")), number(e.at("perplexity")),
                              number(e.at("bits_per_byte")), chosen_key_of(e), chosen_of(e)});
    // JSON has no infinity: a perplexity beyond a double is null where the loss is not.
    for (evaluation_record& e : r.evaluation)
      if (e.ok() && std::isnan(e.perplexity) && !std::isnan(e.nll))
        e.perplexity = std::numeric_limits<double>::infinity();
    return r;
  });
}

std::optional<cell_result> read_result(const fs::path& file) {
  return read_file(file, [&](std::string_view text) { return parse_result(text, file); });
}

std::string json_text(const failure_record& f) {
  return as_text({{"schema", 1}, {"exit_code", f.exit_code}, {"message", f.message}});
}

std::optional<failure_record> read_failure(const fs::path& file) {
  return read_file(file, [&](std::string_view text) {
    return parsed<failure_record>(text, file, "a failure's record", 1, [](const json& j) {
      return failure_record{j.at("exit_code"), j.at("message")};
    });
  });
}

std::string json_text(const frozen_study& s) {
  json cells = json::array();
  for (const frozen_cell& c : s.cells)
    cells.push_back({{"folder", c.folder},
                     {"config_hash", c.config_hash},
                     {"varied", json_of(c.varied)},
                     {"config", json_of(c.config)}});
  return as_text({{"schema", frozen_study::schema}, {"name", s.name}, {"question", s.question}, {"cells", cells}});
}

std::optional<frozen_study> read_study(const fs::path& file) {
  return read_file(file, [&](std::string_view text) {
    return parsed<frozen_study>(text, file, "a study's record", frozen_study::schema, [](const json& j) {
      frozen_study s{j.at("name"), j.value("question", ""), {}};
      for (const json& c : j.at("cells")) {
        s.cells.push_back({c.at("folder"), c.at("config_hash"), values_of(c.at("varied")), values_of(c.at("config"))});
        const fs::path folder = s.cells.back().folder;
        if (folder != folder.filename() || folder.empty() || folder == "." || folder == "..")
          throw std::invalid_argument("a cell's folder lies outside the study's");
      }
      return s;
    });
  });
}

}  // namespace lengthwise
