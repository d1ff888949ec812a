// A stream of records in which every key is defined once and asked for once. Nothing but the definition tells the
// answer, so that the least loss of every answer is known: 0 where its definition is in view, that of a guess where it
// is not.
#pragma once
#include <map>
#include <vector>

#include "core/math/random.hpp"
#include "core/text/batch_source.hpp"
#include "core/text/corpus.hpp"
#include "core/text/recall_config.hpp"

namespace lengthwise {

// "=Qa": the key Q means a. "?Qa": what does Q mean? a.
struct recall_record {
  bool asks;
  std::uint64_t key, value;
  std::uint64_t back = 0;  // of a query: how many records before it its definition stands
};

// The records in their order. Each is a definition unless it is the turn of a query: that of a definition D records
// before, D log-uniform in 1 .. farthest, or of one whose place was taken. A definition's key is any that does not wait
// for its query, all equally likely, so that from a definition to its query no other record has its key. Where all keys
// wait, the next query comes early.
//
// A drawing has, for record number `slot`, below(count, slot): a number of 0 .. count - 1, for the key and then for the
// value; and distance(farthest, slot). They are asked for where a definition stands.
class recall_records {
 public:
  explicit recall_records(const recall_config& config) : c(config) {}

  template <class Drawing>
  recall_record next(const Drawing& drawn) {
    const std::uint64_t slot = slot_++;
    const auto due = waiting_.begin();
    if (due != waiting_.end() && (due->first == slot || waiting_.size() == c.different_keys())) {
      const recall_record query{true, due->second.key, due->second.value, slot - due->second.slot};
      waiting_.erase(due);
      return query;
    }
    const definition made{slot, free_key(drawn.below(c.different_keys() - waiting_.size(), slot, 0)),
                          drawn.below(c.different_values(), slot, 1)};
    std::uint64_t at = slot + drawn.distance(c.farthest, slot);
    while (waiting_.contains(at)) ++at;
    waiting_.emplace(at, made);
    return {false, made.key, made.value};
  }

 private:
  struct definition {
    std::uint64_t slot, key, value;
  };
  std::uint64_t free_key(std::uint64_t rank) const;

  recall_config c;
  std::uint64_t slot_ = 0;
  std::map<std::uint64_t, definition> waiting_;  // by the place of the query
};

// Records drawn by counter, from `first` on: no two sequences share a draw.
struct recall_drawing {
  random_source source;
  std::uint64_t first = 0;
  std::uint64_t below(std::uint64_t count, std::uint64_t slot, int which) const {
    return source.below(count, first + 3 * slot + static_cast<std::uint64_t>(which));
  }
  std::uint64_t distance(int farthest, std::uint64_t slot) const;
};

// Records as symbols: values in small letters, keys in capitals and digits.
struct recall_symbols {
  std::vector<token_id> tokens;
  std::vector<std::uint32_t> distances;  // as in text_part
  void append(const recall_record&, const recall_config&);
};

// The parts to validate and to test on; there is none to train on, for training draws its own sequences. The same
// whatever the seed of a cell, so that cells can be compared target by target.
inline constexpr std::size_t recall_validation_tokens = std::size_t{1} << 18, recall_test_tokens = std::size_t{1} << 20;
corpus recall_corpus(const recall_config&);

// Sequences to train on, each a piece of a stream of its own that begins well within, anywhere in a record.
class recall_sequences final : public batch_source {
 public:
  recall_sequences(const recall_config& config, std::uint64_t seed) : c(config), seed_(seed) {}
  void copy(std::uint32_t step, std::size_t first, std::size_t length, std::span<token_id> inputs,
            std::span<token_id> targets) const override;

 private:
  recall_config c;
  std::uint64_t seed_;
};

}  // namespace lengthwise
