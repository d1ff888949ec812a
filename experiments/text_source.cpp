#include "experiments/text_source.hpp"

#include <algorithm>
#include <filesystem>

#include "core/text/corpus.hpp"
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

std::vector<std::uint8_t> bytes_of(std::span<const token_id> tokens) {
  std::vector<std::uint8_t> bytes(tokens.size());
  std::ranges::transform(tokens, bytes.begin(), [](token_id token) { return static_cast<std::uint8_t>(token); });
  return bytes;
}

}  // namespace

std::shared_ptr<const text_source> load_text(const corpus_config& config, int train_length, int evaluation_length) {
  const corpus text = load(config);
  // Validation reads windows of the training length, the test part those of the evaluation.
  require_lengths(text, static_cast<std::size_t>(train_length), static_cast<std::size_t>(evaluation_length));
  return std::make_shared<const text_source>(
      text_source{text.name, text.sha256, text.bytes, bytes_of(text.train()), bytes_of(text.validation()), bytes_of(text.test())});
}

int longest_length(const evaluate_config& e) { return *std::ranges::max_element(e.lengths); }

}  // namespace lengthwise
