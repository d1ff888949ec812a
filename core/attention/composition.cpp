#include "core/attention/composition.hpp"

#include "core/hooks/composition_rules.hpp"

namespace lengthwise {
namespace {

std::string joined_names(const std::vector<std::unique_ptr<encoding>>& parts) {
  std::string names;
  for (const auto& e : parts) names += (names.empty() ? "" : "+") + std::string(e->name());
  return names;
}

}  // namespace

composition::composition(std::vector<std::unique_ptr<encoding>> parts) : composition(joined_names(parts), parts) {}
composition::composition(std::string name, std::vector<std::unique_ptr<encoding>>& parts)
    : joined_encodings(std::move(parts), std::move(name), "they act together, in every layer") {
  std::vector<hooks_and_claims> said;
  for (int i = 0; i < count(); ++i) said.push_back({at(i).hooks(), claims_in(at(i))});
  claim(claims_of_composition(said));
}

config_problem composition::problem(const model_extents& x) const {
  for (int i = 0; i < count(); ++i) {
    for (int j = 0; j < i; ++j) {
      if (at(i).name() == at(j).name()) return {"an encoding is not composed with itself", "encoding.type"};
      if (const std::string_view why = hooks_conflict(at(j).hooks(), at(i).hooks()); !why.empty())
        return {why, "encoding.type"};
    }
    if (const config_problem own = at(i).problem(x); !own.empty()) return own;
  }
  return {};
}

void composition::add_to(attention_tables& t, const model_extents& x, std::size_t first_block) const {
  for (int i = 0; i < count(); ++i) at(i).add_to(t, x, first_block + static_cast<std::size_t>(i));
}

// One that leaves the usual division out has been trained without it.
double composition::logit_scale(int head_width) const {
  const double usual = encoding_defaults{}.logit_scale(head_width);
  for (int i = 0; i < count(); ++i)
    if (at(i).logit_scale(head_width) != usual) return at(i).logit_scale(head_width);
  return usual;
}

double composition::logit_bias(const model_extents& x, const real* parameters, head h, position query,
                               position key) const {
  double sum = 0;
  for (int i = 0; i < count(); ++i) {
    sum += at(i).logit_bias(x, parameters, h, query, key);
    parameters += at(i).parameter_count(x);
  }
  return sum;
}

}  // namespace lengthwise
