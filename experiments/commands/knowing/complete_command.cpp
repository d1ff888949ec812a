#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "core/attention/registry.hpp"
#include "core/evaluation/evaluate_config.hpp"
#include "core/reading/view.hpp"
#include "core/storage/errors.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/config/config.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/texts/corpus_fetch.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

using words = std::vector<std::string>;

words encodings() {
  words all;
  for (const registered_encoding& e : registered_encodings()) all.emplace_back(e.name);
  return all;
}
words views() {
  words all;
  for (const registered_view& v : registered_views()) all.emplace_back(v.name);
  return all;
}
words corpora() {
  words all{"synthetic"};
  try {
    for (const corpus_entry& c : known_corpora()) all.push_back(c.name);
  } catch (const error&) {  // no manifest here
  }
  return all;
}
words protocols() {
  words all;
  for (const protocol p : {protocol::non_overlapping, protocol::sliding, protocol::fixed_targets})
    all.emplace_back(name_of(p));
  return all;
}

// Keys of every encoding and view among them, as they are typed.
words keys() {
  words all;
  for (const named_value& v : config_values(cell_config{}))
    if (!v.name.starts_with("encoding.") || v.name == "encoding.type") all.push_back(v.name + "=");
  for (const registered_encoding& e : registered_encodings())
    for (const named_value& v : e.make()->options()) all.push_back(fmt::format("encoding.{}.{}=", e.name, v.name));
  for (const registered_view& r : registered_views())
    for (const named_value& v : r.make()->options()) all.push_back(fmt::format("view.{}.{}=", r.name, v.name));
  return all;
}

// What belongs behind KEY=; of a list the last item is completed.
words values_of_key(std::string_view key) {
  if (key == "encoding.type") return encodings();
  if (key == "evaluate.views") return views();
  if (key == "evaluate.protocols") return protocols();
  if (key == "corpus.name") return corpora();
  if (key == "numerics") return {"portable", "openblas"};
  return {};
}
words assignments(const std::string& typed) {
  const std::size_t equals = typed.find('=');
  if (equals == typed.npos) return keys();
  const std::size_t item = std::max(equals, typed.find_last_of("=,[")) + 1;
  words all;
  for (const std::string& value : values_of_key(typed.substr(0, equals))) all.push_back(typed.substr(0, item) + value);
  return all;
}

// Folders, to go on from, and what `wanted` takes of the files beside the typed word.
template <class Wanted>
words paths(const std::string& typed, Wanted&& wanted) {
  const std::size_t slash = typed.rfind('/');
  const std::string before = slash == typed.npos ? "" : typed.substr(0, slash + 1);
  words all;
  std::error_code none;
  for (fs::directory_iterator at(before.empty() ? "." : before, none), end; !none && at != end; at.increment(none)) {
    const std::string name = before + at->path().filename().string();
    if (at->path().filename().string().starts_with('.')) continue;
    if (at->is_directory(none))
      all.push_back(name + "/");
    else if (wanted(at->path()))
      all.push_back(name);
  }
  std::ranges::sort(all);
  return all;
}
words configs(const std::string& typed) {
  return paths(typed, [](const fs::path& file) { return file.extension() == ".toml"; });
}
words folders(const std::string& typed) {
  return paths(typed, [](const fs::path&) { return false; });
}
words files(const std::string& typed) {
  return paths(typed, [](const fs::path&) { return true; });
}

words joined(words one, const words& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

words of_option(const command_option& o, const std::string& typed) {
  if (o.value.starts_with("KEY")) return assignments(typed);
  if (o.name == "--protocol") return protocols();
  if (o.value == "DIR") return folders(typed);
  return o.value == "FILE" || o.value.starts_with("F") ? files(typed) : words{};
}

// `before` are the plain words between the command and the one that is typed.
words of_command(const command& c, std::span<const std::string> before, const std::string& typed) {
  const std::size_t place = before.size();
  if (c.name == "run" || c.name == "show") return place == 0 ? configs(typed) : assignments(typed);
  if (c.name == "evaluate" || c.name == "explain") return place == 0 ? folders(typed) : assignments(typed);
  if (c.name == "verify") return place == 0 ? configs(typed) : folders(typed);
  if (c.name == "list") return {"encodings", "views", "corpora", "configs"};
  if (c.name == "completion") return {"bash", "zsh", "fish"};
  if (c.name == "corpus") return place == 0 ? words{"fetch", "verify", "list"} : corpora();
  if (c.name == "bench") return {"sizes=", "encodings=", "parts=", "repeats=", "threads="};
  if (c.name == "inspect") return place == 0 ? joined(joined(encodings(), views()), folders(typed)) : words{};
  if (c.name == "conformance") return files(typed);
  return c.most_words > 0 ? folders(typed) : words{};
}

words candidates(std::span<const std::string> said) {
  const std::string& typed = said.back();
  if (said.size() == 1) {
    words all{"--help", "--version"};
    for (const command& c : commands())
      if (!c.hidden) all.emplace_back(c.name);
    return all;
  }
  const auto found = std::ranges::find(commands(), said.front(), &command::name);
  if (found == commands().end()) return {};
  words plain;
  const command_option* waiting = nullptr;  // an option whose value comes next
  for (const std::string& word : said.subspan(1, said.size() - 2)) {
    const bool is_value = waiting != nullptr;
    waiting = nullptr;
    if (is_value) continue;
    const auto option = std::ranges::find(found->options, word, &command_option::name);
    if (option != found->options.end() && !option->value.empty()) waiting = &*option;
    if (!word.starts_with('-')) plain.push_back(word);
  }
  if (waiting != nullptr) return of_option(*waiting, typed);
  if (typed.starts_with('-')) {
    words all{"--help"};
    for (const command_option& o : found->options)
      if (!o.hidden) all.emplace_back(o.name);
    return all;
  }
  return of_command(*found, plain, typed);
}

int complete(const arguments& a) {
  for (const std::string& candidate : candidates(a.words))
    if (candidate.starts_with(a.words.back())) show("{}\n", candidate);
  return 0;
}

}  // namespace

command complete_command() {
  return {"complete",
          "[WORD ...]",
          "Print what the last of the words could become (the shells' completion asks this)",
          "",
          1,
          static_cast<std::size_t>(-1),
          {},
          complete,
          true};
}

}  // namespace lengthwise
