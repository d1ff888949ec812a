#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/attention/registry.hpp"
#include "core/items/task.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/text/corpus.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/inspection/view_card.hpp"
#include "experiments/terminal/nearest.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/texts/corpus_fetch.hpp"

namespace lengthwise {
namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

void print_json(const json& items) { show("{}\n", items.dump(1, ' ', true, json::error_handler_t::replace)); }

void list_encodings(bool as_json) {
  json items = json::array();
  for (const registered_encoding& r : registered_encodings()) {
    const auto e = r.make();
    const card& about = e->about();
    std::string options;
    json keys = json::object();
    for (const named_value& v : e->options()) {
      options += fmt::format("{}{} = {}", options.empty() ? "" : ", ", v.name, toml_text(v.value));
      keys[v.name] = toml_text(v.value);
    }
    if (as_json)
      items.push_back({{"name", r.name},
                       {"title", about.title},
                       {"formula", about.formula},
                       {"source", about.source},
                       {"options", keys}});
    else
      show("{:<16} {} ({}){}\n", r.name, about.title, about.source,
           options.empty() ? "" : "\n" + std::string(17, ' ') + options);
  }
  if (as_json) print_json(items);
}

void list_views(bool as_json) {
  json items = json::array();
  for (const registered_view& r : registered_views()) {
    const auto v = r.make();
    if (as_json)
      items.push_back(json::parse(card_json(*v)));
    else
      show("{:<13} {:<13} {}\n{:>27} {}\n", r.name, v->extends() ? "extension" : "intervention", v->about().title, "",
           v->about().formula);
  }
  if (as_json) print_json(items);
}

void list_tasks(bool as_json) {
  json items = json::array();
  for (const registered_task& r : registered_tasks()) {
    const auto t = r.make();
    std::string options;
    json keys = json::object();
    for (const named_value& v : t->options()) {
      options += fmt::format("{}{} = {}", options.empty() ? "" : ", ", v.name, toml_text(v.value));
      keys[v.name] = toml_text(v.value);
    }
    if (as_json)
      items.push_back({{"name", r.name},
                       {"title", t->about().title},
                       {"formula", t->about().formula},
                       {"source", t->about().source},
                       {"guess", t->guess()},
                       {"options", keys}});
    else
      show("{:<19} {}; a guess is right in {:.0f} % ({}){}\n", r.name, t->about().formula, 100 * t->guess(),
           t->about().source, options.empty() ? "" : "\n" + std::string(20, ' ') + options);
  }
  if (as_json) print_json(items);
}

void list_corpora(bool as_json) {
  json items = json::array();
  for (const corpus_entry& c : known_corpora()) {
    const std::string_view state = name_of(verify_corpus(c));
    const std::string size = c.bytes ? grouped(static_cast<double>(*c.bytes)) : "not frozen";
    if (as_json)
      items.push_back({{"name", c.name},
                       {"what", c.what},
                       {"licence", c.licence},
                       {"how", c.how},
                       {"state", state},
                       {"bytes", c.bytes ? json(*c.bytes) : json(nullptr)},
                       {"sha256", c.sha256},
                       {"path", corpus_path(c.name).string()}});
    else
      show("{:<16} {:<10} {:>11}  {}; {}\n", c.name, state, size, c.what, c.licence);
  }
  if (as_json) {
    items.push_back({{"name", "synthetic"}, {"what", "generated, of known entropy"}, {"state", "verified"}});
    items.push_back({{"name", "recall"}, {"what", "generated, every answer's distance known"}, {"state", "verified"}});
    return print_json(items);
  }
  show("{:<16} {:<10} {:>11}  {}\n", "synthetic", "built in", "",
       "generated text of known entropy with long-range structure; needs no file");
  show("{:<16} {:<10} {:>11}  {}\n", "recall", "built in", "",
       "generated definitions and queries, each answer's distance and best loss known; needs no file");
}

// Whether it holds claims about studies, and is none.
bool holds_claims(const fs::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("[[claim]]")) return true;
  return false;
}

// A config's question: its first line of comment.
std::string first_comment(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line.starts_with("# ") ? printable(line.substr(2)) : "";
}

void list_configs(bool as_json) {
  json items = json::array();
  const fs::path root = fs::absolute(manifest_path()).parent_path().parent_path();
  std::vector<fs::path> files;
  std::error_code none;
  for (fs::recursive_directory_iterator at(root / "configs", none), end; !none && at != end; at.increment(none))
    if (at->path().extension() == ".toml" && !holds_claims(at->path())) files.push_back(at->path());
  std::ranges::sort(files);
  if (files.empty())
    throw usage_error(
        fmt::format("no configs below {}; run this in the project's folder", printable((root / "configs").string())));
  for (const fs::path& file : files) {
    const std::string path = printable(fs::proximate(file).string(), 1000);
    if (as_json)
      items.push_back({{"path", path}, {"question", first_comment(file)}});
    else
      show("{:<36} {}\n", path, first_comment(file));
  }
  if (as_json) print_json(items);
}

int list(const arguments& a) {
  const std::string& what = a.words.front();
  const bool as_json = a.has("--json");
  if (what == "encodings")
    list_encodings(as_json);
  else if (what == "views")
    list_views(as_json);
  else if (what == "tasks")
    list_tasks(as_json);
  else if (what == "corpora")
    list_corpora(as_json);
  else if (what == "configs")
    list_configs(as_json);
  else
    throw usage_error(
        fmt::format("there is no list of \"{}\"{}; lists: encodings, views, tasks, corpora, configs", printable(what),
                    did_you_mean(what, std::vector<std::string>{"encodings", "views", "tasks", "corpora", "configs"})));
  return 0;
}

}  // namespace

command list_command() {
  return {"list",
          "encodings|views|tasks|corpora|configs",
          "Say what there is",
          "Example:\n  lengthwise list encodings",
          1,
          1,
          {{"--json", "", "as JSON"}},
          list};
}

}  // namespace lengthwise
