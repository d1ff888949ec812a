// A number added to the logit that depends on where query and key stand: the hook `bias_at`, by formula, several keys
// at a time. The table is square; a long one is not kept, and its rows are computed whenever a tile needs them.
#pragma once
#include <algorithm>

#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/terms/formula_gradient.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

// A square table has at most this many numbers: 64 MiB in float, 2,048 positions of four heads.
inline constexpr std::size_t largest_square_table = std::size_t{1} << 24;

template <class E>
class square_bias_of final : public term {
 public:
  square_bias_of(const E& e, const term_site& s)
      : e_(e), x_(s.extents), places_(s.places), declared_(e.learned_parameters(s.extents)) {
    std::size_t numbers = 0;
    for (const attention_zone& z : places_.zones) {
      offsets_.push_back(numbers);
      numbers += count(x_.heads) * count(s.time()) * count(z.keys->count());
      longest_ = std::max(longest_, z.keys->count());
    }
    gradient_count_ = has_scalar_parameters<E> ? numbers : 0;
    if (numbers <= largest_square_table) values_.resize(numbers);
    std::size_t learned = 0;
    for (const parameter& p : declared_) learned += p.count(x_.heads);
    parameters_.resize(learned);
  }
  term_stage stage() const override { return term_stage::bias; }
  std::size_t bytes() const override { return (values_.size() + parameters_.size()) * sizeof(real); }
  std::size_t gradient_count() const override { return gradient_count_; }
  std::size_t scratch_count(const attention_extents&, int /*block*/) const override {
    return values_.empty() ? places_.zones.size() * count(query_tile) * count(longest_) : 0;
  }

  void fill(const real* parameters) override {
    std::copy_n(parameters, parameters_.size(), parameters_.begin());
    if (values_.empty()) return;
    for (int z = 0; z < static_cast<int>(places_.zones.size()); ++z)
      for (int h = 0; h < x_.heads; ++h)
        for (int i = 0; i < places_.time(); ++i) fill_row(z, h, i, values_.data() + row_of(z, h, i));
  }
  void prepare(int zone, int head, int first, term_memory m) const override {
    if (!values_.empty()) return;
    for (int i = first; i < std::min(first + query_tile, places_.time()); ++i)
      fill_row(zone, head, i, strip(zone, i, m.scratch));
  }
  const real* addend(const attention_tile& t, const key_row& r, term_memory m) const override {
    return r.key +
           (values_.empty() ? strip(t.zone, r.query, m.scratch) : values_.data() + row_of(t.zone, t.head, r.query));
  }
  void logits(const attention_tile& t, const key_row& r, term_memory m) const override {
    kernels().add(r.at, addend(t, r, m), count(r.count));
  }
  void backward(const attention_tile& t, const key_row& r, term_memory m) const override {
    if (gradient_count_ > 0) kernels().add(m.d_table + row_of(t.zone, t.head, r.query) + r.key, r.at, count(r.count));
  }

  // By a tape: parameters are many, and pairs of positions more.
  void collect(const real*, const real* d_table, real* d_parameters) const override {
    if (gradient_count_ == 0) return;
    tape record;
    for (int h = 0; h < x_.heads; ++h) {
      const auto p = as_variables<E>(record, declared_, parameters_.data(), head{h, x_.heads});
      for (int z = 0; z < static_cast<int>(places_.zones.size()); ++z)
        for (int i = 0; i < places_.time(); ++i) {
          const real* d_row = d_table + row_of(z, h, i);
          for_each_lanes(z, i, [&](lanes query, lanes keys, int j, int here) {
            lanes d = 0;
            for (int l = 0; l < here; ++l) d.each[l] = static_cast<double>(d_row[j + l]);
            record.sweep(e_.template bias_at<taped>(p, head{h, x_.heads}, {query}, {keys}), d);
          });
        }
      for (std::size_t k = 0; k < scalar_parameter_count<E>; ++k)
        d_parameters[storage_index(declared_, x_.heads, h, k)] +=
            static_cast<real>(record.gradient(static_cast<int>(k)));
    }
  }

 private:
  static std::size_t count(int n) { return static_cast<std::size_t>(n); }
  const attention_zone& zone(int z) const { return places_.zones[count(z)]; }
  std::ptrdiff_t row_of(int z, int h, int i) const {
    return static_cast<std::ptrdiff_t>(offsets_[count(z)]) +
           (static_cast<std::ptrdiff_t>(h) * places_.time() + i) * zone(z).keys->count();
  }
  real* strip(int z, int i, real* scratch) const {
    return scratch + (static_cast<std::ptrdiff_t>(z) * query_tile + i % query_tile) * longest_;
  }
  // Calls f(query's position, keys' positions, the first key, how many) for the keys that query i sees; the last key
  // stands for those beyond.
  template <class F>
  void for_each_lanes(int z, int i, F&& f) const {
    const int begin = zone(z).begin[count(i)], end = zone(z).end[count(i)];
    for (int j = begin; j < end; j += lanes::count) {
      lanes keys;
      for (int l = 0; l < lanes::count; ++l) keys.each[l] = zone(z).keys->positions[count(std::min(end - 1, j + l))];
      f(lanes(zone(z).queries->positions[count(i)]), keys, j, std::min(lanes::count, end - j));
    }
  }
  void fill_row(int z, int h, int i, real* row) const {
    const auto p = as_values<E, lanes>(declared_, parameters_.data(), head{h, x_.heads});
    for_each_lanes(z, i, [&](lanes query, lanes keys, int j, int here) {
      const lanes bias = e_.template bias_at<lanes>(p, head{h, x_.heads}, {query}, {keys});
      for (int l = 0; l < here; ++l) row[j + l] = static_cast<real>(bias.each[l]);
    });
  }

  E e_;
  model_extents x_;
  const attention_places& places_;
  decltype(E{}.learned_parameters(model_extents{})) declared_;
  std::vector<std::size_t> offsets_;
  std::vector<real> values_, parameters_;
  std::size_t gradient_count_ = 0;
  int longest_ = 0;
};

}  // namespace lengthwise
