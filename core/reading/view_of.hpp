// The run-time face of one view type: everything follows from its header.
#pragma once

#include "core/reading/view.hpp"

namespace lengthwise {

template <class V>
concept chooses = requires {
  V::candidates;
  V::chosen;
};

// Whether a view's member is that of the defaults: its type names the class that it stands in.
template <auto Own, auto Default>
inline constexpr bool is_default = std::is_same_v<decltype(Own), decltype(Default)>;

template <class V>
class view_of final : public view {
 public:
  explicit view_of(std::string_view name) : name_(name) {}
  std::unique_ptr<view> clone() const override { return std::make_unique<view_of>(*this); }

  std::string_view name() const override { return name_; }
  const card& about() const override { return V::about; }
  view_changes changes() const override { return V::changes; }
  view_aspects aspects() const override {
    // What it hides of the defaults.
    const auto hides = [](bool same, view_aspects what) { return same ? view_aspects::none : what; };
    using d = view_defaults;
    return hides(is_default<&V::tokens, &d::tokens>, view_aspects::window) |
           hides(is_default<&V::foreign_count, &d::foreign_count>, view_aspects::text) |
           hides(is_default<&V::zones, &d::zones> && is_default<&V::keys, &d::keys> &&
                     is_default<&V::key_step, &d::key_step> && is_default<&V::query, &d::query> &&
                     is_default<&V::key, &d::key>,
                 view_aspects::pairs) |
           hides(is_default<&V::frequency, &d::frequency> && is_default<&V::temperature, &d::temperature>,
                 view_aspects::planes) |
           hides(is_default<&V::factor, &d::factor>, view_aspects::rows);
  }
  bool extends() const override { return V::extends; }

  std::string assign(std::string_view key, const config_value& value, bool& known) override {
    return assign_field(v_, key, value, known);
  }
  std::vector<named_value> options() const override { return field_values(v_); }
  std::vector<field_help> option_helps() const override { return field_helps<V>(); }
  config_problem problem(const reading_extents& x) const override { return v_.problem(x); }

  int tokens(const reading_extents& x) const override { return v_.tokens(x); }
  int foreign_count(const reading_extents& x, int scored) const override { return v_.foreign_count(x, scored); }
  attention_places places(const reading_extents& x) const override {
    attention_places all;
    const int time = v_.tokens(x);
    for (int zone = 0; zone < v_.zones(x); ++zone) all.zones.push_back(zone_of(x, zone, time));
    share_lists(all);
    std::vector<double> factors;
    for (int i = 0; i < time; ++i) factors.push_back(v_.factor(x, i));
    if (std::ranges::any_of(factors, [](double f) { return f != 1; })) all.factors = std::move(factors);
    if (V::changes == view_changes::frequencies)
      all.turn = [v = v_, x](std::span<const double> trained, plane t, double at) {
        return plane_turn{v.frequency(x, trained, t, position{at}), v.temperature(x, position{at})};
      };
    return all;
  }

  std::string_view chosen_key() const override {
    if constexpr (chooses<V>) return is_given(V::chosen) ? std::string_view() : V::chosen;
    return {};
  }
  std::span<const double> candidates() const override {
    if constexpr (chooses<V>) return V::candidates;
    return {};
  }

 private:
  bool is_given(std::string_view key) const {
    for (const named_value& option : field_values(v_))
      if (option.name == key) return option.value != config_value(0.0);
    return true;
  }
  attention_zone zone_of(const reading_extents& x, int zone, int time) const {
    attention_zone made;
    const auto queries = std::make_shared<token_places>(), keys = std::make_shared<token_places>();
    const int step = v_.key_step(x, zone);
    for (int i = 0; i < time; ++i) queries->positions.push_back(v_.query(x, zone, i));
    for (int j = 0; j < time; j += step) {
      keys->positions.push_back(v_.key(x, zone, j));
      if (step > 1) keys->tokens.push_back(j);
    }
    for (int i = 0; i < time; ++i) {
      const key_range seen = v_.keys(x, zone, i);
      made.begin.push_back(seen.begin), made.end.push_back(std::max(seen.begin, seen.end));
    }
    made.queries = queries, made.keys = keys;
    return made;
  }
  std::string_view name_;
  V v_;
};

}  // namespace lengthwise
