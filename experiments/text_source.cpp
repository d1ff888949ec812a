#include "experiments/text_source.hpp"

#include <algorithm>
#include <filesystem>

#include "core/text/synthetic.hpp"
#include "experiments/corpus_fetch.hpp"

namespace lengthwise {
namespace {

constexpr std::uint64_t synthetic_seed = 1;

corpus load(const corpus_config& c) {
  const byte_tokenizer bytes;
  if (!c.path.empty()) return load_corpus({std::filesystem::path(c.path).filename().string(), c.path, ""}, bytes);
  if (c.name == "synthetic") return corpus_of(c.name, synthetic::text(synthetic_seed), split_shares{}, bytes);
  return load_corpus(known_corpus(c.name).source(), bytes);
}

}  // namespace

std::shared_ptr<const corpus> load_text(const corpus_config& config, int train_length, int evaluation_length) {
  auto text = std::make_shared<const corpus>(load(config));
  require_lengths(*text, static_cast<std::size_t>(train_length), static_cast<std::size_t>(evaluation_length));
  return text;
}

int longest_length(const evaluate_config& e) { return *std::ranges::max_element(e.lengths); }

}  // namespace lengthwise
