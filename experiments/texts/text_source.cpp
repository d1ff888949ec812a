#include "experiments/texts/text_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/text/documents.hpp"
#include "core/text/synthetic.hpp"
#include "experiments/texts/corpus_fetch.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t synthetic_seed = 1;

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

corpus load(const corpus_config& c) {
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
  if (!config.sha256.empty() && text->sha256 != config.sha256)
    throw data_error(fmt::format(
        "the text at {} is another one: corpus.sha256 is {}, and that of the text {}\nbring back the text, or "
        "say where it lies: corpus.path=FILE",
        printable(config.path.string()), config.sha256, text->sha256));
  require_lengths(*text, static_cast<std::size_t>(train_length), static_cast<std::size_t>(evaluation_length));
  require_documents(*text, static_cast<std::size_t>(train_length), static_cast<std::size_t>(evaluation_length));
  return text;
}

std::string text_key(const corpus_config& c) {
  return fmt::format("{}\n{}\n{}\n{}", c.path.string(), c.path.empty() ? c.name : "", static_cast<int>(c.split),
                     c.across_documents);
}

int longest_length(const evaluate_config& e) { return *std::ranges::max_element(e.lengths); }

}  // namespace lengthwise
