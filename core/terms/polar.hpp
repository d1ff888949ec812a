// Queries and keys read as magnitudes at angles: the hook `polar`. Channel c of a head becomes the point at radius
// magnitude(x_c) and at the angle of the token's position, for keys with a learned phase [heads, head_width] more; a
// product sees the cosine of the difference. So a row of head_width numbers becomes one of twice as many.
#pragma once
#include <algorithm>
#include <vector>

#include "core/hooks/hook.hpp"
#include "core/math/scalar.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

class polar : public table {
 public:
  // Number `index` of a zone's list of queries or keys, of one head.
  struct place {
    int zone;
    part what;
    int head, index;
  };
  virtual int width() const = 0;  // of a row that is made
  virtual void make(const place&, const real* from, real* to) const = 0;
  // d_from += the gradient of what was made; d_table likewise.
  virtual void make_backward(const place&, const real* from, const real* d_made, real* d_from, real* d_table) const = 0;
};

template <class E>
class polar_of final : public polar {
 public:
  polar_of(const E& e, const term_site& s)
      : e_(e), x_(s.extents), places_(s.places), d_(s.extents.head_width()), phases_(size(x_.heads * d_)) {
    for (const attention_zone& z : places_.zones) {
      queries_.push_back(list_of(z.queries.get()));
      keys_.push_back(list_of(z.keys.get()));
    }
  }
  std::size_t bytes() const override {
    std::size_t numbers = phases_.size();
    for (const circle& list : lists_) numbers += list.cosine.size() + list.sine.size();
    return numbers * sizeof(real);
  }
  int width() const override { return 2 * d_; }
  std::size_t gradient_count() const override { return phases_.size(); }
  void fill(const real* parameters) override {
    for (std::size_t k = 0; k < phases_.size(); ++k) {
      const auto phase = e_.template phase<double>(static_cast<double>(parameters[k]));
      phases_[k] = {static_cast<real>(math::cos(phase)), static_cast<real>(math::sin(phase))};
    }
  }
  void collect(const real* parameters, const real* d_table, real* d_parameters) const override {
    using S = dual<double, 1>;
    for (std::size_t k = 0; k < phases_.size(); ++k)
      d_parameters[k] +=
          d_table[k] *
          static_cast<real>(e_.template phase<S>(S::variable(static_cast<double>(parameters[k]), 0)).gradient[0]);
  }

  void make(const place& p, const real* from, real* to) const override {
    for (int c = 0; c < d_; ++c) {
      const unit u = at(p, c);
      const real magnitude = e_.template magnitude<real>(from[c]);
      to[c] = magnitude * u.cosine, to[d_ + c] = magnitude * u.sine;
    }
  }
  void make_backward(const place& p, const real* from, const real* d_made, real* d_from, real* d_table) const override {
    using S = dual<double, 1>;
    for (int c = 0; c < d_; ++c) {
      const unit u = at(p, c);
      const S magnitude = e_.template magnitude<S>(S::variable(static_cast<double>(from[c]), 0));
      d_from[c] += static_cast<real>(magnitude.gradient[0]) * (d_made[c] * u.cosine + d_made[d_ + c] * u.sine);
      if (p.what == part::key)
        d_table[p.head * d_ + c] +=
            static_cast<real>(magnitude.value) * (d_made[d_ + c] * u.cosine - d_made[c] * u.sine);
    }
  }

 private:
  struct unit {
    real cosine, sine;
  };
  struct circle {
    const token_places* places;
    std::vector<real> cosine, sine;  // [tokens, head_width]
  };
  static std::size_t size(int n) { return static_cast<std::size_t>(n); }
  std::size_t list_of(const token_places* list) {
    const auto known = std::ranges::find(lists_, list, &circle::places);
    if (known != lists_.end()) return static_cast<std::size_t>(known - lists_.begin());
    circle& made = lists_.emplace_back(circle{list, {}, {}});
    for (const double where : list->positions)
      for (int c = 0; c < d_; ++c) {
        const double angle = e_.polar_angle(channel{c, d_}, position{where});
        made.cosine.push_back(static_cast<real>(math::cos(angle))),
            made.sine.push_back(static_cast<real>(math::sin(angle)));
      }
    return lists_.size() - 1;
  }
  unit at(const place& p, int c) const {
    const circle& list = lists_[(p.what == part::query ? queries_ : keys_)[size(p.zone)]];
    const std::size_t k = size(p.index) * size(d_) + size(c);
    const unit own{list.cosine[k], list.sine[k]};
    if (p.what == part::query) return own;
    const unit phase = phases_[size(p.head * d_ + c)];
    return {own.cosine * phase.cosine - own.sine * phase.sine, own.sine * phase.cosine + own.cosine * phase.sine};
  }

  E e_;
  model_extents x_;
  const attention_places& places_;
  int d_;
  std::vector<unit> phases_;
  std::vector<circle> lists_;
  std::vector<std::size_t> queries_, keys_;  // [zones]: which list
};

}  // namespace lengthwise
