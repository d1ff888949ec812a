#include "core/attention/attention_tables.hpp"

#include <algorithm>

namespace lengthwise {

namespace {

constexpr hook distance_hooks = hook::bias | hook::bucket | hook::relative_row | hook::relative_feature | hook::score;

}  // namespace

attention_tables::attention_tables(attention_places places, hook hooks, double logit_scale)
    : places_(std::make_unique<attention_places>(std::move(places))), hooks_(hooks), logit_scale_(logit_scale) {
  std::vector<pair_distances> distances;
  if (any_of(hooks, distance_hooks)) distances = distances_of(*places_);
  distances_ = std::make_unique<std::vector<pair_distances>>(std::move(distances));
}

void attention_tables::place(table* t, std::size_t parameters) {
  all_.push_back({t, parameters, gradient_count_});
  gradient_count_ += t->gradient_count();
}
void attention_tables::add(std::unique_ptr<input_table> t, std::size_t parameters) {
  if (t == nullptr) return;
  place(t.get(), parameters);
  input_ = std::move(t);
}
void attention_tables::add(std::unique_ptr<rotation> t, std::size_t parameters) {
  if (t == nullptr) return;
  place(t.get(), parameters);
  rotation_ = std::move(t);
}
void attention_tables::add(std::unique_ptr<term> t, std::size_t parameters) {
  place(t.get(), parameters);
  const auto behind = std::ranges::upper_bound(terms_, t->stage(), {}, &term::stage);
  terms_.insert(behind, std::move(t));
}

void attention_tables::fill(const real* parameters) {
  for (const placed& p : all_) p.what->fill(parameters + p.parameters);
}
void attention_tables::collect(const real* parameters, const real* d_tables, real* d_parameters) const {
  for (const placed& p : all_)
    p.what->collect(parameters + p.parameters, d_tables + p.gradient, d_parameters + p.parameters);
}
real* attention_tables::slot_of(const table& t, real* d_tables) const {
  const auto found = std::ranges::find(all_, &t, [](const placed& p) -> const table* { return p.what; });
  return d_tables == nullptr || t.gradient_count() == 0 ? nullptr : d_tables + found->gradient;
}
std::size_t attention_tables::bytes() const {
  std::size_t bytes = places_->bytes();
  for (const pair_distances& d : *distances_) bytes += d.bytes();
  for (const placed& p : all_) bytes += p.what->bytes();
  return bytes;
}

}  // namespace lengthwise
