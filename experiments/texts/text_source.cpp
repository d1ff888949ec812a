#include "experiments/texts/text_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "core/items/task_items.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/sha256.hpp"
#include "core/text/documents.hpp"
#include "core/text/recall.hpp"
#include "core/text/synthetic.hpp"
#include "core/text/text_batches.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/texts/corpus_fetch.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t synthetic_seed = 1;

// The task and its keys: equal keys, equal items.
std::string task_key(const corpus_config& c) {
  std::string key = fmt::format("task {}", c.asked->name());
  for (const named_value& v : c.asked->options()) key += fmt::format("\n{}={}", v.name, toml_text(v.value));
  return key;
}

std::vector<std::string> names_in(const std::string& joined) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= joined.size();) {
    const std::size_t end = std::min(joined.find('+', begin), joined.size());
    names.push_back(joined.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

// A document on each line: its bytes and its name. Lines that begin with # are comments. No file: the text is one
// document.
std::vector<document_size> listed_documents(const fs::path& file) {
  std::vector<document_size> all;
  std::ifstream in(file);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    std::size_t bytes = 0;
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), bytes);
    if (problem != std::errc() || bytes == 0 || end == line.data() + line.size() || *end != ' ')
      throw data_error(fmt::format("{}:{}: not a document's bytes and name", printable(file.string()), number));
    all.push_back({line.substr(static_cast<std::size_t>(end + 1 - line.data())), bytes});
  }
  return all;
}

// No text: its digest is that of what it would ask at the trained length.
corpus task_corpus(const corpus_config& c) {
  constexpr std::uint64_t items = 64;
  std::string text = task_key(c);
  for (std::uint64_t i = 0; i < items; ++i)
    text += '\n' + asked_item(*c.asked, item_part::test, c.task.most, i).symbols;
  corpus made;
  made.name = fmt::format("task {}", c.asked->name());
  made.sha256 = sha256_of(std::as_bytes(std::span(text)));
  return made;
}

corpus load(const corpus_config& c) {
  if (c.is_recall()) return recall_corpus(c.recall);
  if (c.is_task()) return task_corpus(c);
  const byte_tokenizer bytes;
  std::vector<corpus_source> sources;
  if (!c.path.empty())
    sources.push_back({c.path.filename().string(), c.path, ""});
  else if (c.name == "synthetic")
    sources.push_back({c.name, "", ""});
  else
    for (const std::string& name : names_in(c.name)) sources.push_back(known_corpus(name).source());
  const auto whole = [&](const corpus_source& s) {
    return s.path.empty() ? corpus_of(s.name, synthetic::text(synthetic_seed), split_shares{}, bytes)
                          : load_corpus(s, bytes);
  };
  if (sources.size() == 1 && c.split == split_kind::shares) return whole(sources.front());

  std::vector<std::string> texts;
  for (const corpus_source& s : sources) texts.push_back(bytes.decode(whole(s).tokens));
  std::vector<joined_text> joined;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const corpus_source& s = sources[i];
    const fs::path list = c.path.empty() ? manifest_path().parent_path() / "documents" / (s.name + ".txt")
                                         : fs::path(c.path.string() + ".documents");
    joined.push_back({s.name, texts[i], s.shares,
                      c.split == split_kind::documents ? listed_documents(list) : std::vector<document_size>()});
  }
  return joined_corpus(c.path.empty() ? c.name : sources.front().name, joined, c.split, c.across_documents, bytes);
}

}  // namespace

std::shared_ptr<const corpus> load_text(const corpus_config& config, int train_length, int evaluation_length) {
  auto text = std::make_shared<const corpus>(load(config));
  if (config.is_task()) return text;
  if (!config.sha256.empty() && text->sha256 != config.sha256)
    throw data_error(fmt::format(
        "the text at {} is another one: corpus.sha256 is {}, and that of the text {}\nbring back the text, or "
        "say where it lies: corpus.path=FILE",
        printable(config.path.string()), config.sha256, text->sha256));
  // What is made up to train on is as long as it is asked for.
  const auto train = static_cast<std::size_t>(config.is_recall() ? 0 : train_length);
  require_lengths(*text, train, static_cast<std::size_t>(evaluation_length));
  require_documents(*text, train, static_cast<std::size_t>(evaluation_length));
  return text;
}

std::shared_ptr<const batch_source> training_batches(const cell_config& c, const corpus& text) {
  if (c.corpus.is_recall()) return std::make_shared<recall_sequences>(c.corpus.recall, c.seed);
  if (c.corpus.is_task())
    return std::make_shared<task_sequences>(c.corpus.asked, c.corpus.task.least, c.corpus.task.most, c.seed);
  return std::make_shared<drawn_windows>(text.train(), c.seed);
}

validation_set validation_batches(const cell_config& c, const corpus& text) {
  if (c.corpus.is_task())
    return {std::make_shared<task_items>(c.corpus.asked, item_part::validation, c.corpus.task.most),
            static_cast<std::size_t>(std::max(1, c.train.validation_targets / c.train.length))};
  auto windows = std::make_shared<evaluation_batches>(
      side_by_side(text.part_of(longest_document(text.validation())), c.train.length, c.train.validation_targets));
  const std::size_t count = windows->count();
  return {std::move(windows), count};
}

std::string text_key(const corpus_config& c) {
  if (c.is_task()) return fmt::format("{}\n{}", task_key(c), c.task.most);
  if (c.is_recall()) {
    std::string key = c.name;
    for (const named_value& v : field_values(c.recall)) key += fmt::format("\n{}={}", v.name, toml_text(v.value));
    return key;
  }
  return fmt::format("{}\n{}\n{}\n{}", c.path.string(), c.path.empty() ? c.name : "", static_cast<int>(c.split),
                     c.across_documents);
}

int longest_length(const evaluate_config& e) { return *std::ranges::max_element(e.lengths); }

}  // namespace lengthwise
