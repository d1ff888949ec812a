#include "core/text/recall.hpp"

#include <algorithm>

#include "core/storage/sha256.hpp"
#include "core/text/text_part.hpp"

namespace lengthwise {
namespace {

constexpr std::string_view value_symbols = "abcdefghijklmnopqrstuvwxyz",
                           key_symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
constexpr std::uint32_t validation_stream = 0, test_stream = 1;
constexpr std::uint64_t text_seed = 1;
// Draws of one training sequence: more than any has records.
constexpr std::uint64_t draws_of_sequence = std::uint64_t{1} << 40;

recall_symbols stream_of(const recall_config& c, std::uint32_t stream, std::size_t tokens) {
  recall_symbols s;
  s.tokens.reserve(tokens), s.distances.reserve(tokens);
  recall_records records(c);
  const recall_drawing drawn{{text_seed, random_stream::recall_text, stream}};
  while (s.tokens.size() + static_cast<std::size_t>(c.record()) <= tokens) s.append(records.next(drawn), c);
  return s;
}

}  // namespace

std::uint64_t recall_records::free_key(std::uint64_t rank) const {
  std::vector<std::uint64_t> taken;
  for (const auto& [at, waits] : waiting_) taken.push_back(waits.key);
  std::ranges::sort(taken);
  for (const std::uint64_t key : taken) rank += key <= rank;
  return rank;
}

std::uint64_t recall_drawing::distance(int farthest, std::uint64_t slot) const {
  const double u = source.uniform(first + 3 * slot + 2);
  return std::min(static_cast<std::uint64_t>(math::exp(u * math::log(farthest + 1.0))),
                  static_cast<std::uint64_t>(farthest));
}

void recall_symbols::append(const recall_record& r, const recall_config& c) {
  const auto write = [&](std::uint64_t number, int base, int count, std::string_view symbols) {
    for (int i = 0; i < count; ++i, number /= static_cast<std::uint64_t>(base))
      tokens.push_back(static_cast<unsigned char>(symbols[number % static_cast<std::uint64_t>(base)]));
  };
  tokens.push_back(static_cast<unsigned char>(r.asks ? '?' : '='));
  write(r.key, c.keys, c.key, key_symbols);
  write(r.value, c.alphabet, c.value, value_symbols);
  const std::size_t begin = distances.size(), value = begin + 1 + static_cast<std::size_t>(c.key);
  distances.resize(tokens.size(), 0);
  if (!r.asks) return;
  for (std::size_t i = value; i < distances.size(); ++i)
    distances[i] = static_cast<std::uint32_t>(i - begin + r.back * static_cast<std::size_t>(c.record()));
}

corpus recall_corpus(const recall_config& c) {
  recall_symbols all = stream_of(c, validation_stream, recall_validation_tokens);
  corpus made;
  made.name = "recall";
  made.validation_end = all.tokens.size();
  const recall_symbols test = stream_of(c, test_stream, recall_test_tokens);
  all.tokens.insert(all.tokens.end(), test.tokens.begin(), test.tokens.end());
  all.distances.insert(all.distances.end(), test.distances.begin(), test.distances.end());
  made.tokens = std::move(all.tokens), made.distances = std::move(all.distances);
  made.bytes = made.tokens.size();
  const std::string text = byte_tokenizer().decode(made.tokens);
  made.sha256 = sha256_of(std::as_bytes(std::span(text)));
  return made;
}

void recall_sequences::copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
                            std::span<token_id> targets) const {
  const random_source source{seed_, random_stream::recall_training, step};
  const auto record = static_cast<std::size_t>(c.record());
  const std::size_t before = 2 * static_cast<std::size_t>(c.farthest);  // records, so that as many wait as ever
  for (std::size_t row = 0; row < inputs.size() / length; ++row) {
    const recall_drawing drawn{source, (first + row + 1) * draws_of_sequence};
    recall_records records(c);
    for (std::size_t i = 0; i < before; ++i) records.next(drawn);
    const std::size_t cut = source.below(record, first + row);
    recall_symbols s;
    while (s.tokens.size() < cut + length + 1) s.append(records.next(drawn), c);
    const text_part part(s.tokens, s.distances);
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t next = cut + i + 1;
      const bool counts = c.train_on == recall_training::everything || part.counts(next, i + 1);
      inputs[row * length + i] = s.tokens[cut + i];
      targets[row * length + i] = counts ? s.tokens[next] : unscored;
    }
  }
}

}  // namespace lengthwise
