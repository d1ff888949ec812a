// A term that changes nothing: it looks at the logits of queries that count, as the softmax is handed them, and adds up
// what attention did with them. Running sums as of a softmax, so one pass is enough. For one thread.
#pragma once
#include <array>
#include <limits>
#include <vector>

#include "core/math/scalar.hpp"
#include "core/terms/sink.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

// What is told of a layer's head: means over queries, but the largest logit of all.
enum class attention_fact { entropy, keys_in_effect, first_key, beyond_trained, mean_distance, largest_logit };
inline constexpr std::size_t attention_facts = 6;
// Distances 0, 1, 2-3, 4-7, ... whose mean logits are told.
inline constexpr std::size_t distance_bands = 18;

// Sums over queries, of one head.
struct watched_head {
  std::array<double, attention_facts> facts{};
  std::array<double, distance_bands> logits{}, pairs{};

  watched_head() { at(attention_fact::largest_logit) = -std::numeric_limits<double>::infinity(); }
  double& at(attention_fact f) { return facts[static_cast<std::size_t>(f)]; }
  void add(const watched_head& other) {
    for (std::size_t f = 0; f < attention_facts; ++f)
      if (f == static_cast<std::size_t>(attention_fact::largest_logit))
        facts[f] = math::max(facts[f], other.facts[f]);
      else
        facts[f] += other.facts[f];
    for (std::size_t b = 0; b < distance_bands; ++b) logits[b] += other.logits[b], pairs[b] += other.pairs[b];
  }
};

class attention_watch final : public term {
 public:
  // Distances from `trained` on are beyond what was trained; a sink, where there is one, takes its share.
  attention_watch(const term_site& s, int trained, const sink* of_tables)
      : places_(s.places), trained_(trained), sink_(of_tables), heads_(static_cast<std::size_t>(s.extents.heads)) {}
  // The queries that count from here on, and what they did since.
  void watch(int first, int count) {
    first_ = first, count_ = count;
    for (watched_head& h : heads_) h = {};
  }
  const std::vector<watched_head>& heads() const { return heads_; }

  term_stage stage() const override { return term_stage::watch; }
  std::size_t bytes() const override { return 0; }
  void fill(const real*) override {}
  void begin(attention_tile& t, term_memory) const override {
    if (t.zone > 0) return;
    const double own =
        sink_ == nullptr ? -std::numeric_limits<double>::infinity() : static_cast<double>(sink_->logit(t.head));
    rows_.fill({own, sink_ == nullptr ? 0.0 : 1.0, sink_ == nullptr ? 0.0 : own, 0, 0, 0});
  }
  void logits(const attention_tile& t, const key_row& r, term_memory) const override {
    if (!counts(r.query)) return;
    watched_head& head = heads_[static_cast<std::size_t>(t.head)];
    running& row = rows_[static_cast<std::size_t>(r.row)];
    double most = row.most;
    for (int j = 0; j < r.count; ++j) most = math::max(most, static_cast<double>(r.at[j]));
    row.raise(most);
    for (int j = 0; j < r.count; ++j) {
      const auto logit = static_cast<double>(r.at[j]);
      const int token = token_of(t.zone, r.key + j), apart = r.query - token;
      const double weight = math::exp(logit - most);
      row.sum += weight, row.weighted_logit += weight * logit, row.weighted_distance += weight * apart;
      if (token == 0) row.first += weight;
      if (apart >= trained_) row.beyond += weight;
      const std::size_t band = band_of(apart);
      head.logits[band] += logit, head.pairs[band] += 1;
      head.at(attention_fact::largest_logit) = math::max(head.at(attention_fact::largest_logit), logit);
    }
  }
  void end(const attention_tile& t, term_memory) const override {
    if (t.zone + 1 < static_cast<int>(places_.zones.size())) return;
    watched_head& head = heads_[static_cast<std::size_t>(t.head)];
    for (int r = 0; r < t.rows; ++r) {
      if (!counts(t.first + r)) continue;
      const running& row = rows_[static_cast<std::size_t>(r)];
      const double entropy = row.most + math::log(row.sum) - row.weighted_logit / row.sum;
      head.at(attention_fact::entropy) += entropy, head.at(attention_fact::keys_in_effect) += math::exp(entropy);
      head.at(attention_fact::first_key) += row.first / row.sum;
      head.at(attention_fact::beyond_trained) += row.beyond / row.sum;
      head.at(attention_fact::mean_distance) += row.weighted_distance / row.sum;
    }
  }

  static std::size_t band_of(int apart) {
    std::size_t band = 0;
    for (; apart > 0 && band + 1 < distance_bands; apart /= 2) ++band;
    return band;
  }

 private:
  // Sums of weights e^(logit - most).
  struct running {
    double most, sum, weighted_logit, weighted_distance, first, beyond;
    void raise(double to) {
      if (sum > 0) {
        const double factor = math::exp(most - to);
        sum *= factor, weighted_logit *= factor, weighted_distance *= factor, first *= factor, beyond *= factor;
      }
      most = to;
    }
  };
  bool counts(int query) const { return query >= first_ && query < first_ + count_; }
  int token_of(int zone, int key) const {
    const std::vector<int>& tokens = places_.zones[static_cast<std::size_t>(zone)].keys->tokens;
    return tokens.empty() ? key : tokens[static_cast<std::size_t>(key)];
  }

  const attention_places& places_;
  int trained_, first_ = 0, count_ = 0;
  const sink* sink_;
  mutable std::vector<watched_head> heads_;
  mutable std::array<running, query_tile> rows_{};
};

}  // namespace lengthwise
