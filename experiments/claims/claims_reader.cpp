#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "core/attention/registry.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "experiments/claims/claims.hpp"
#include "experiments/config/toml_plus_plus.hpp"
#include "experiments/config/toml_reader.hpp"
#include "experiments/terminal/nearest.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

struct reader {
  std::string file;

  [[noreturn]] void refuse(const toml::node& node, std::string_view problem) const {
    throw usage_error(fmt::format("{}:{}: {}", file, node.source().begin.line, problem));
  }
  void only(const toml::table& table, std::initializer_list<std::string_view> known) const {
    const std::vector<std::string> names(known.begin(), known.end());
    for (const auto& [key, node] : table)
      if (std::ranges::find(names, key.str()) == names.end())
        refuse(node, fmt::format("unknown key {}; did you mean {}?", printable(key.str()), nearest(key.str(), names)));
  }
  std::string text(const toml::table& table, std::string_view key, bool needed = true) const {
    const toml::node* node = table.get(key);
    if (node == nullptr && !needed) return "";
    if (node == nullptr) refuse(table, fmt::format("{} is missing", key));
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) refuse(*node, fmt::format("{} must be a text in quotes", key));
    std::string line = *value;  // a text of several lines is shown as one
    std::ranges::replace(line, '\n', ' ');
    if (!is_printable(line)) refuse(*node, fmt::format("{} has control characters: {}", key, printable(line)));
    return line;
  }
  double number(const toml::node& node, std::string_view key) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value || !std::isfinite(*value) || *value < 0) refuse(node, fmt::format("{} must be a number from 0", key));
    return *value;
  }
  std::optional<double> number(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    return number(*node, key);
  }
  protocol protocol_of(const toml::node& node) const {
    const auto name = node.value_exact<std::string>();
    const auto found = name ? protocol_named(*name) : std::nullopt;
    if (!found) refuse(node, "a protocol is one of non_overlapping, sliding, fixed_targets, task");
    return *found;
  }
  // The list at `key`, which must hold at least one of what `read` takes.
  template <class Read>
  auto list(const toml::table& table, std::string_view key, std::string_view what, Read&& read) const {
    const toml::array* found = table[key].as_array();
    if (found == nullptr || found->empty()) refuse(table, fmt::format("{} must be a list of {}", key, what));
    std::vector<decltype(read(*found->begin()))> all;
    for (const toml::node& node : *found) all.push_back(read(node));
    return all;
  }
  std::vector<protocol> protocols(const toml::table& table) const {
    return list(table, "protocols", "protocols", [this](const toml::node& node) { return protocol_of(node); });
  }

  std::string encoding(const toml::table& table, std::string_view key) const {
    std::string name = text(table, key);
    // One of several curves of an encoding is named as reports do: "rope, scale=ssmax".
    if (make_encoding(std::string_view(name).substr(0, name.find(", "))) != nullptr) return name;
    std::vector<std::string> known;
    for (const registered_encoding& e : registered_encodings()) known.emplace_back(e.name);
    refuse(*table.get(key), fmt::format("{} is no encoding; did you mean {}?", printable(name), nearest(name, known)));
  }

  predicate predicate_of(const toml::node& node) const {
    const toml::table* found = node.as_table();
    if (found == nullptr) refuse(node, "a predicate is a table: {ratio = \"rope\", at = 2, over = 1, at_least = 1}");
    const toml::table& t = *found;
    only(t, {"ratio", "best_length", "out_of_domain", "same_bits", "exact", "to", "at", "over", "from", "above",
             "until", "within", "at_least", "at_most", "ties", "protocol", "to_protocol", "extension", "to_extension"});
    predicate p;
    std::string kind;
    for (const auto& [name, what] : {std::pair{"ratio", predicate::kind::ratio},
                                     {"best_length", predicate::kind::best_length},
                                     {"out_of_domain", predicate::kind::out_of_domain},
                                     {"same_bits", predicate::kind::same_bits},
                                     {"exact", predicate::kind::exact}}) {
      if (!t.contains(name)) continue;
      if (!kind.empty()) refuse(node, fmt::format("a predicate says {} or {}, not both", kind, name));
      kind = name, p.what = what;
    }
    if (kind.empty())
      refuse(node,
             "a predicate says one of ratio, best_length, out_of_domain, same_bits, exact, and of which encoding");
    p.of.encoding = encoding(t, kind);
    p.to.encoding = t.contains("to") ? encoding(t, "to") : p.of.encoding;
    if (t.contains("extension")) p.of.extension = text(t, "extension");
    if (t.contains("to_extension")) p.to.extension = text(t, "to_extension");
    if (const toml::node* named = t.get("protocol")) p.of.protocol = p.to.protocol = protocol_of(*named);
    if (const toml::node* named = t.get("to_protocol")) p.to.protocol = protocol_of(*named);
    if (const auto at = number(t, "at")) p.from = p.until = *at;
    if (const auto from = number(t, "from")) p.from = *from;
    if (const auto above = number(t, "above")) p.from = *above, p.above_from = true;
    if (const auto until = number(t, "until")) p.until = *until;
    if (t.contains("at") && (t.contains("from") || t.contains("above") || t.contains("until")))
      refuse(node, "at is one length; from, above and until are a range");
    p.over = number(t, "over");
    p.at_least = number(t, "at_least").value_or(p.at_least);
    p.at_most = number(t, "at_most").value_or(p.at_most);
    p.ties = t["ties"].value_or(false);
    if (const toml::array* within = t["within"].as_array()) {
      if (within->size() != 2) refuse(*within, "within is a list of two numbers");
      (p.what == predicate::kind::best_length ? p.from : p.at_least) = number((*within)[0], "within");
      (p.what == predicate::kind::best_length ? p.until : p.at_most) = number((*within)[1], "within");
    }
    if (p.from > p.until || p.at_least > p.at_most)
      refuse(node, "its range is empty: the lower end is above the upper one");
    const bool bounded = p.at_least > 0 || std::isfinite(p.at_most);
    if (p.what == predicate::kind::ratio && !bounded) refuse(node, "a ratio needs at_least, at_most or within");
    if (p.what == predicate::kind::exact && !bounded) refuse(node, "an exact match needs at_least, at_most or within");
    if (p.what == predicate::kind::exact && p.over)
      refuse(node, "exact matches are compared at one length, without over");
    p.compared = t.contains("to");
    const bool itself =
        p.of.encoding == p.to.encoding && p.of.protocol == p.to.protocol && p.of.extension == p.to.extension;
    if (itself && ((p.what == predicate::kind::ratio && !p.over) || p.what == predicate::kind::same_bits))
      refuse(node, "this compares a curve with itself: say over, to, to_protocol or extension");
    if (p.what == predicate::kind::best_length && !t.contains("within")) refuse(node, "best_length needs within");
    return p;
  }
  std::vector<predicate> predicates(const toml::table& table) const {
    return list(table, "holds", "predicates", [this](const toml::node& node) { return predicate_of(node); });
  }

  claim claim_of(const toml::node& node, const claim& defaults) const {
    if (!node.is_table()) refuse(node, "a claim is a table: [[claim]]");
    const toml::table& t = *node.as_table();
    only(t, {"id", "says", "source", "corpus", "protocols", "seeds", "deviations", "holds", "against"});
    claim c{text(t, "id"),
            text(t, "says"),
            text(t, "source"),
            text(t, "corpus", false),
            protocols(t),
            defaults.seeds,
            defaults.deviations,
            predicates(t),
            "",
            {},
            {}};
    margin(t, c);
    if (const toml::node* opposed = t.get("against")) {
      const toml::table* against = opposed->as_table();
      if (against == nullptr) refuse(*opposed, "against must be a table: [claim.against]");
      only(*against, {"source", "protocols", "holds"});
      c.against_source = text(*against, "source");
      c.against_protocols = protocols(*against);
      c.against_holds = predicates(*against);
    }
    return c;
  }
  void margin(const toml::table& t, claim& c) const {
    if (const auto seeds = number(t, "seeds")) {
      if (*seeds > 1e6) refuse(*t.get("seeds"), "seeds must be at most a million");
      c.seeds = static_cast<std::size_t>(*seeds);
    }
    if (const auto deviations = number(t, "deviations")) c.deviations = *deviations;
  }
};

}  // namespace

std::vector<claim> parse_claims(std::string_view toml, std::string_view name) {
  const reader r{printable(name)};
  refuse_deep_nesting(toml, name);
  toml::table root;
  try {
    root = toml::parse(toml, name);
  } catch (const toml::parse_error& problem) {
    throw usage_error(
        fmt::format("{}:{}: not TOML: {}", r.file, problem.source().begin.line, printable(problem.description())));
  }
  r.only(root, {"margin", "claim"});
  claim defaults;
  if (const toml::node* node = root.get("margin")) {
    if (!node->is_table()) r.refuse(*node, "margin must be a table: [margin]");
    r.only(*node->as_table(), {"seeds", "deviations"});
    r.margin(*node->as_table(), defaults);
  }
  const toml::array* list = root["claim"].as_array();
  if (list == nullptr || list->empty()) throw usage_error(fmt::format("{}: it holds no claim: [[claim]]", r.file));
  std::vector<claim> claims;
  for (const toml::node& node : *list) {
    claims.push_back(r.claim_of(node, defaults));
    for (std::size_t i = 0; i + 1 < claims.size(); ++i)
      if (claims[i].id == claims.back().id)
        r.refuse(node, fmt::format("the id {} is taken by another claim", printable(claims[i].id)));
  }
  return claims;
}

std::vector<claim> read_claims(const fs::path& file) {
  std::vector<std::byte> bytes;
  try {
    bytes = file_bytes(file);
  } catch (const io_error& problem) {
    throw usage_error(problem.what());
  }
  return parse_claims({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
}

}  // namespace lengthwise
