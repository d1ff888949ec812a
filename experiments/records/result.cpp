#include "experiments/records/result.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "experiments/records/json_record.hpp"
#include "experiments/statistics/wilson_interval.hpp"

namespace lengthwise {

namespace fs = std::filesystem;
using json = record_json;

namespace {

constexpr int longest_length = 1 << 24;  // as evaluate.lengths admits

template <class T>
T named(const json& j) {
  constexpr auto names = names_of(T{});
  const auto text = j.get<std::string>();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<T>(i);
  throw wrong_value("\"" + text + "\" is not known");
}
template <class T>
std::string name_in_record(T value) {
  return std::string(names_of(value)[static_cast<std::size_t>(value)]);
}

// Numbers that no measurement can give are not drawn and not averaged.
void check(const evaluation_record& e) {
  if (!e.ok()) return;
  if (!std::isfinite(e.nll) || !std::isfinite(e.bits_per_byte) || !(e.perplexity > 0) ||
      std::isinf(e.nll_standard_error) || e.nll_standard_error < 0)
    throw wrong_value(fmt::format("the loss at length {} is no loss", e.length));
}

// It is part of a file's name.
std::string extension_of(const json& j) {
  std::string text = line_of(j);
  if (text.empty() || text.find('/') != text.npos) throw wrong_value("\"" + printable(text) + "\" is no extension");
  return text;
}

evaluation_record evaluation_of(const json& j) {
  evaluation_record e{whole<int>(j.at("length"), 1, longest_length),
                      named<protocol>(j.at("protocol")),
                      whole<int>(j.at("stride"), 0),
                      extension_of(j.at("extension")),
                      named<evaluation_status>(j.at("status")),
                      whole<std::int64_t>(j.at("targets"), 0),
                      number(j.at("nll")),
                      number(j.at("nll_standard_error")),
                      number(j.at("perplexity")),
                      number(j.at("bits_per_byte")),
                      "",
                      0};
  // {"chosen": {KEY: VALUE}}, where a view's key was found on validation text.
  if (const auto chosen = j.find("chosen"); chosen != j.end())
    for (const auto& [key, value] : chosen->items()) e.chosen_key = line_of(key), e.chosen = number(value);
  if (const auto items = j.find("items"); items != j.end()) {
    const json& guess = j.at("guess");
    item_scores s{whole<std::int64_t>(*items, 1),          whole<std::int64_t>(j.at("exact"), 0),
                  whole<std::int64_t>(j.at("answers"), 1), whole<std::int64_t>(j.at("right"), 0),
                  number(guess.at("exact_match")),         number(guess.at("accuracy"))};
    if (s.exact > s.items || s.right > s.answers) throw wrong_value("more items were answered than there are");
    e.scores = s;
  }
  // JSON has no infinity: a perplexity beyond a double is null where the loss is not.
  if (e.ok() && std::isnan(e.perplexity) && !std::isnan(e.nll)) e.perplexity = std::numeric_limits<double>::infinity();
  check(e);
  return e;
}

// Names of encodings, also of several together and layer by layer.
std::string encoding_of(const json& j) {
  auto text = j.get<std::string>();
  if (text.empty() || text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_+,") != text.npos)
    throw wrong_value("\"" + printable(text) + "\" is no encoding");
  return text;
}

// What varies is shown, and nothing else is done with it.
void check_shown(const config_value& value) {
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && !is_printable(*text))
    throw wrong_value("a value that varies, \"" + printable(*text) + "\", has control characters");
  if (const auto* list = std::get_if<config_list>(&value))
    for (const config_value& item : *list) check_shown(item);
}
config_value as_shown(const config_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return printable(*text, text->size());
  const auto* list = std::get_if<config_list>(&value);
  if (list == nullptr) return value;
  config_list shown;
  for (const config_value& item : *list) shown.push_back(as_shown(item));
  return shown;
}

frozen_cell cell_of(const json& j) {
  frozen_cell c{line_of(j.at("folder")), line_of(j.at("config_hash")), values_of(j.at("varied")),
                values_of(j.at("config"))};
  for (const named_value& v : c.varied) check_shown(v.value);
  const fs::path folder = c.folder;
  if (folder != folder.filename() || folder.empty() || folder == "." || folder == "..")
    throw wrong_value("a cell's folder lies outside the study's");
  if (c.folder.size() > 255) throw wrong_value("a cell's folder has a longer name than the system takes");
  return c;
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
    if (e.scores) {
      const item_scores& s = *e.scores;
      const auto interval = [&](double share) {
        const auto [low, high] = wilson_interval(share, static_cast<double>(s.items));
        return json::array({low, high});
      };
      evaluation.back().update({{"items", s.items},
                                {"exact", s.exact},
                                {"exact_match", s.exact_match()},
                                {"exact_match_interval", interval(s.exact_match())},
                                {"answers", s.answers},
                                {"right", s.right},
                                {"accuracy", s.accuracy()},
                                {"accuracy_interval", interval(s.accuracy())},
                                {"guess", {{"exact_match", s.guess_exact}, {"accuracy", s.guess_right}}}});
    }
    if (!e.chosen_key.empty()) evaluation.back()["chosen"] = {{e.chosen_key, e.chosen}};
  }
  const json final_hex = std::isfinite(r.final_loss) ? json(fmt::format("{:a}", r.final_loss)) : json(nullptr);
  json all = {{"schema", cell_result::schema},
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
              {"evaluation", evaluation}};
  if (!r.reused_from.empty()) all["reused_from"] = r.reused_from;
  return record_text(all);
}

cell_result parse_result(std::string_view text, const fs::path& file) {
  return parse_record(text, file, "a result", cell_result::schema, [](const json& j) {
    const json &train = j.at("train"), &corpus = j.at("corpus");
    cell_result r{line_of(j.at("config_hash")),
                  line_of(j.at("digest")),
                  encoding_of(j.at("encoding")),
                  corpus.at("name").get<read_text>(),
                  line_of(corpus.at("sha256")),
                  whole<std::uint64_t>(j.at("seed")),
                  whole<std::uint64_t>(j.at("parameters")),
                  whole<int>(train.at("length"), 1, longest_length),
                  whole<int>(train.at("steps"), 0),
                  whole<std::int64_t>(train.at("tokens"), 0),
                  number(train.at("final_loss")),
                  number(train.at("seconds")),
                  {}};
    for (const json& e : j.at("evaluation")) r.evaluation.push_back(evaluation_of(e));
    if (const auto from = j.find("reused_from"); from != j.end()) r.reused_from = from->get<read_text>();
    return r;
  });
}

std::optional<cell_result> read_result(const fs::path& file) {
  const std::optional<std::string> text = record_in(file);
  return text ? std::optional(parse_result(*text, file)) : std::nullopt;
}

std::optional<cell_result> whole_result(const fs::path& file) {
  try {
    return read_result(file);
  } catch (const damaged_record&) {
    return std::nullopt;
  }
}

std::string json_text(const failure_record& f) {
  return record_text({{"schema", 1}, {"exit_code", f.exit_code}, {"message", f.message}});
}

failure_record parse_failure(std::string_view text, const fs::path& file) {
  return parse_record(text, file, "a failure's record", 1, [](const json& j) {
    return failure_record{whole<int>(j.at("exit_code")), j.at("message").get<read_text>()};
  });
}

std::optional<failure_record> read_failure(const fs::path& file) {
  const std::optional<std::string> text = record_in(file);
  return text ? std::optional(parse_failure(*text, file)) : std::nullopt;
}

std::string json_text(const frozen_study& s) {
  json cells = json::array();
  for (const frozen_cell& c : s.cells) {
    std::vector<named_value> varied = c.varied;
    for (named_value& v : varied) v.value = as_shown(v.value);
    cells.push_back({{"folder", c.folder},
                     {"config_hash", c.config_hash},
                     {"varied", json_of(varied)},
                     {"config", json_of(c.config)}});
  }
  return record_text({{"schema", frozen_study::schema}, {"name", s.name}, {"question", s.question}, {"cells", cells}});
}

frozen_study parse_study(std::string_view text, const fs::path& file) {
  return parse_record(text, file, "a study's record", frozen_study::schema, [](const json& j) {
    frozen_study s{line_of(j.at("name")), read_text(j.value("question", "")), {}};
    for (const json& c : j.at("cells")) s.cells.push_back(cell_of(c));
    return s;
  });
}

std::optional<frozen_study> read_study(const fs::path& file) {
  const std::optional<std::string> text = record_in(file);
  if (!text) return std::nullopt;
  try {
    return parse_study(*text, file);
  } catch (const damaged_record& problem) {
    throw damaged_record(
        fmt::format("{}\nremove it, and run the study again: what its cells have done is kept", problem.what()));
  }
}

}  // namespace lengthwise
