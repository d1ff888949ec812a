#include "core/attention/attention_tables.hpp"

#include <algorithm>

#include "core/math/scalar.hpp"

namespace lengthwise {

namespace {

constexpr hook distance_hooks =
    hook::bias | hook::bucket | hook::network | hook::relative_row | hook::relative_feature | hook::score | hook::probe;

}  // namespace

attention_tables::attention_tables(attention_places places, const attention_config& choices, const model_extents& x,
                                   hook hooks, double logit_scale)
    : places_(std::make_unique<attention_places>(std::move(places))),
      choices_(choices),
      hooks_(hooks),
      logit_scale_(logit_scale) {
  if (choices_.limits()) limit(x);
  scale(x.train_length);
  std::vector<pair_distances> distances;
  if (any_of(hooks, distance_hooks)) distances = distances_of(*places_);
  distances_ = std::make_unique<std::vector<pair_distances>>(std::move(distances));
}

// Windows and chunks count tokens, wherever they are said to stand.
void attention_tables::limit(const model_extents& x) {
  const int chunk = attention_config::of(choices_.chunks, 0, 0);
  for (const attention_zone& z : places_->zones) {
    std::vector<std::vector<int>>& heads = begins_.emplace_back();
    for (int h = 0; h < x.heads; ++h) {
      const int window = choices_.window_of(h);
      std::vector<int>& begins = heads.emplace_back(z.begin);
      for (int i = 0; i < time(); ++i) {
        const int first = std::max(window == 0 ? 0 : i - window + 1, chunk == 0 ? 0 : i / chunk * chunk);
        const std::vector<int>& tokens = z.keys->tokens;
        const auto number = tokens.empty() ? first : std::ranges::lower_bound(tokens, first) - tokens.begin();
        int& begin = begins[static_cast<std::size_t>(i)];
        begin = std::max(begin, std::min(static_cast<int>(number), z.end[static_cast<std::size_t>(i)]));
      }
    }
  }
}

// What is not learned of a row's scale.
void attention_tables::scale(int train_length) {
  const row_scale kind = attention_config::of(choices_.scale, 0, row_scale::constant);
  if (kind != row_scale::logn && kind != row_scale::llama4) return;
  places_->factors.resize(static_cast<std::size_t>(time()), 1.0);
  for (int i = 0; i < time(); ++i) {
    const double share = math::log(i + 1.0) / math::log(static_cast<double>(std::max(2, train_length)));
    places_->factors[static_cast<std::size_t>(i)] *=
        kind == row_scale::llama4 ? 1 + choices_.scale_coefficient * math::log(1.0 + (i + 1) / choices_.scale_floor)
                                  : std::max(choices_.scale_unclipped ? 0.0 : 1.0, share);
  }
}

void attention_tables::place(table* t, std::size_t block) {
  all_.push_back({t, block, gradient_count_});
  gradient_count_ += t->gradient_count();
}
void attention_tables::add(std::unique_ptr<term> t, std::size_t block) {
  place(t.get(), block);
  const auto behind = std::ranges::upper_bound(terms_, t->stage(), {}, &term::stage);
  terms_.insert(behind, std::move(t));
}

void attention_tables::fill(parameter_blocks<const real> parameters) {
  for (const placed& p : all_) p.what->fill(parameters[p.block]);
}
void attention_tables::collect(parameter_blocks<const real> parameters, const real* d_tables,
                               parameter_blocks<real> d_parameters) const {
  for (const placed& p : all_) p.what->collect(parameters[p.block], d_tables + p.gradient, d_parameters[p.block]);
}
real* attention_tables::slot_of(const table& t, real* d_tables) const {
  const auto found = std::ranges::find(all_, &t, [](const placed& p) -> const table* { return p.what; });
  return d_tables == nullptr || t.gradient_count() == 0 ? nullptr : d_tables + found->gradient;
}
std::size_t attention_tables::bytes() const {
  std::size_t bytes = places_->bytes();
  for (const pair_distances& d : *distances_) bytes += d.bytes();
  for (const placed& p : all_) bytes += p.what->bytes();
  for (const auto& heads : begins_) bytes += heads.size() * static_cast<std::size_t>(time()) * sizeof(int);
  return bytes;
}

}  // namespace lengthwise
