// Queries and keys turned before they are multiplied: the hooks `angle` and `stretch`. A pair of channels turns by the
// angle of its token's position; a stretch multiplies turned queries and divides turned keys.
#pragma once
#include "core/hooks/hook.hpp"
#include "core/kernels/kernels.hpp"
#include "core/terms/formula_gradient.hpp"
#include "core/terms/term.hpp"

namespace lengthwise {

// The tables, whoever fills them: one for each list of queries or keys, [heads, tokens, planes].
class rotation : public table {
 public:
  rotation(rotation_shape shape, const term_site& s, bool stretches);
  std::size_t bytes() const override;

  // Rows of one head, [count, head_width], that stand in a zone's list of queries or keys from number `first` on.
  struct head_rows {
    int zone;
    part what;
    int head, first, count;
    real* data;
    std::ptrdiff_t stride;
  };
  // Turns them in place, or turns their gradient back.
  void turn(const head_rows&, bool back) const;
  // d_table += the gradient of the angles, from turned rows and their gradient, which has not been turned back.
  void add_angle_gradient(const head_rows& turned, const real* d_turned, real* d_table) const;

  // Whether it does more to rows than turning them.
  bool scales() const { return stretches_ || places_.turn != nullptr; }
  // Cosine and sine, times the stretch, of a head's plane at number i of a zone's list.
  struct turned_unit {
    real cosine, sine;
  };
  turned_unit at(int zone, part, int head, int i, int plane) const;
  const rotation_shape& shape() const { return shape_; }
  // How much further a plane of the first head turns for the last token of the first list than for the one before it.
  double angle_per_token(int plane) const;

 protected:
  struct angles {
    const token_places* list;
    bool of_queries;
    std::size_t offset;  // of its numbers in `cosine` and `sine`
  };
  std::size_t slot(const angles& a, int head, int i, int plane) const {
    return a.offset +
           (static_cast<std::size_t>(head) * a.list->positions.size() + static_cast<std::size_t>(i)) *
               static_cast<std::size_t>(shape_.planes) +
           static_cast<std::size_t>(plane);
  }
  const angles& angles_of(int zone, part p) const;
  // The channels of a plane: the first one, and how far the second is from it.
  int step() const { return shape_.pairs == layout::half_split ? 1 : 2; }
  int second() const { return shape_.pairs == layout::half_split ? shape_.span / 2 : 1; }

  rotation_shape shape_;
  model_extents x_;
  const attention_places& places_;
  bool stretches_;
  std::vector<angles> lists_;
  std::vector<std::size_t> queries_, keys_;  // [zones]: which list
  std::vector<real> cosine_, sine_;
  std::vector<double> trained_;  // [planes]: angles for each unit of position, of the first head
  std::vector<real> apart_;      // [zones, heads, planes]: the stretch between a query's centre and a key's
};

template <class E>
class rotation_of final : public rotation {
 public:
  rotation_of(const E& e, const term_site& s)
      : rotation(e.rotation(s.extents.head_width()), s, has_stretch<E>), e_(e) {}
  std::size_t gradient_count() const override { return has_scalar_parameters<E> ? cosine_.size() : 0; }
  void fill(const real* parameters) override {
    for (head h{0, x_.heads}; h.index < h.count; ++h.index) {
      const auto p = as_values<E>(e_.learned_parameters(x_), parameters, h);
      if (h.index == 0) trained_ = frequencies(h, p);
      for (const angles& a : lists_) fill(a, h, p);
      fill_apart(h);
    }
  }
  void collect(const real* parameters, const real* d_table, real* d_parameters) const override {
    if constexpr (has_scalar_parameters<E>) {
      const auto declared = e_.learned_parameters(x_);
      for (head h{0, x_.heads}; h.index < h.count; ++h.index) {
        formula_gradient<E> sums(declared, parameters, h);
        for (const angles& a : lists_)
          for_each_slot(a, h, [&](plane t, int i, std::size_t slot) {
            const position at{a.list->positions[static_cast<std::size_t>(i)]};
            sums.add(d_table[slot], e_.template angle<sensitivity<E>>(sums.variables, h, t, at));
          });
        sums.add_to(d_parameters);
      }
    }
  }

 private:
  template <class F>
  void for_each_slot(const angles& a, head h, F&& f) const {
    for (int i = 0; i < a.list->count(); ++i)
      for (plane t{0, x_.head_width() / 2}; t.index < shape_.planes; ++t.index) f(t, i, slot(a, h.index, i, t.index));
  }
  std::vector<double> frequencies(head h, const parameters<E, double>& p) const {
    std::vector<double> all;
    for (plane t{0, x_.head_width() / 2}; t.index < shape_.planes; ++t.index) {
      const auto angle = [&](double at) { return e_.template angle<double>(p, h, t, position{at}); };
      all.push_back(angle(1) - angle(0));
    }
    return all;
  }
  // Angles are evaluated in double and rounded once, so that one of a far position is as good as that of a near one.
  void fill(const angles& a, head h, const parameters<E, double>& p) {
    const std::vector<double> trained = frequencies(h, p);
    for_each_slot(a, h, [&](plane t, int i, std::size_t slot) {
      const double at = a.list->positions[static_cast<std::size_t>(i)],
                   own = trained[static_cast<std::size_t>(t.index)];
      const plane_turn turn = places_.turn ? places_.turn(trained, t, at) : plane_turn{own, 1};
      // A frequency that stays gives the very angle that training had.
      const double angle =
          turn.frequency == own ? e_.template angle<double>(p, h, t, position{at}) : turn.frequency * at;
      double cosine = math::cos(angle) * turn.scale, sine = math::sin(angle) * turn.scale;
      if constexpr (has_stretch<E>) {
        const double centre = a.list->centres.empty() ? 0 : a.list->centres[static_cast<std::size_t>(i)];
        const double stretch = e_.template stretch<double>(h, t, position{at - centre});
        cosine = a.of_queries ? cosine * stretch : cosine / stretch;
        sine = a.of_queries ? sine * stretch : sine / stretch;
      }
      cosine_[slot] = static_cast<real>(cosine), sine_[slot] = static_cast<real>(sine);
    });
  }
  void fill_apart([[maybe_unused]] head h) {
    if constexpr (has_stretch<E>) {
      const auto planes = static_cast<std::size_t>(shape_.planes);
      for (std::size_t z = 0; z < places_.zones.size(); ++z)
        for (plane t{0, x_.head_width() / 2}; t.index < shape_.planes; ++t.index)
          apart_[(z * static_cast<std::size_t>(h.count) + static_cast<std::size_t>(h.index)) * planes +
                 static_cast<std::size_t>(t.index)] =
              static_cast<real>(e_.template stretch<double>(h, t, position{places_.zones[z].apart}));
    }
  }
  E e_;
};

}  // namespace lengthwise
