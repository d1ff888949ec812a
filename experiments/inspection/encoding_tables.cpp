#include "experiments/inspection/encoding_tables.hpp"

#include <fmt/format.h>

#include <cmath>
#include <complex>

#include "core/math/random.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t most_numbers = std::size_t(1) << 27;
constexpr hook biases = hook::bias | hook::bias_at | hook::bucket | hook::network;

std::vector<real> initial_parameters(const encoding& e, const model_extents& x) {
  const random_source random{1, random_stream::initial_values};
  std::vector<real> values;
  for (const parameter& p : e.learned(x))
    for (std::size_t i = 0; i < p.count(x.heads); ++i) {
      const std::size_t at = values.size();
      const distribution& d = p.initial;
      values.push_back(static_cast<real>(
          d.shape == distribution::kind::constant  ? d.first
          : d.shape == distribution::kind::uniform ? d.first + (d.second - d.first) * random.uniform(at)
          : d.shape == distribution::kind::by_head
              ? d.first + d.second * static_cast<double>(i + 1) / static_cast<double>(p.count(x.heads))
              : d.first + d.second * random.normal(at)));
    }
  return values;
}

attention_tables filled_tables(const encoding& e, const model_extents& x, int length) {
  attention_tables t = e.make_tables(x, {}, places_in_order(length));
  t.fill(initial_parameters(e, x).data());
  return t;
}

number_table bias_table(const encoding& e, const model_extents& x, int length) {
  const std::vector<real> parameters = initial_parameters(e, x);
  const auto heads = static_cast<std::size_t>(x.heads), n = static_cast<std::size_t>(length);
  const bool square = any_of(e.hooks(), hook::bias_at);
  number_table t{{heads, n}, {}};
  if (square) t.shape.push_back(n);
  if (heads * n * (square ? n : 1) > most_numbers)
    throw usage_error("this table would be too large; make --length or --heads smaller");
  for (int h = 0; h < x.heads; ++h)
    for (int i = 0; i < length; ++i) {
      if (!square)
        t.values.push_back(
            e.logit_bias(x, parameters.data(), {h, x.heads}, position{static_cast<double>(i)}, position{0}));
      for (int j = 0; square && j < length; ++j)
        t.values.push_back(j > i ? 0
                                 : e.logit_bias(x, parameters.data(), {h, x.heads}, position{static_cast<double>(i)},
                                                position{static_cast<double>(j)}));
    }
  return t;
}

number_table rotation_table(const encoding& e, const model_extents& x, int length) {
  const attention_tables t = filled_tables(e, x, length);
  const rotation& turned = *t.turned();
  const bool stretched = any_of(e.hooks(), hook::stretch);
  const int planes = turned.shape().planes;
  number_table out{{static_cast<std::size_t>(x.heads), static_cast<std::size_t>(length),
                    static_cast<std::size_t>(planes), stretched ? 4U : 2U},
                   {}};
  for (int h = 0; h < x.heads; ++h)
    for (int i = 0; i < length; ++i)
      for (int m = 0; m < planes; ++m)
        for (const part p : {part::query, part::key}) {
          if (p == part::key && !stretched) continue;
          const rotation::turned_unit unit = turned.at(0, p, h, i, m);
          out.values.push_back(static_cast<double>(unit.cosine)), out.values.push_back(static_cast<double>(unit.sine));
        }
  return out;
}

number_table input_values(const encoding& e, const model_extents& x, int length) {
  const attention_tables t = filled_tables(e, x, length);
  const std::vector<real>& values = t.input()->values();
  return {{static_cast<std::size_t>(length), static_cast<std::size_t>(x.width)}, {values.begin(), values.end()}};
}

}  // namespace

std::vector<std::string> table_kinds(const encoding& e) {
  std::vector<std::string> kinds;
  if (any_of(e.hooks(), biases)) kinds.emplace_back("bias");
  if (any_of(e.hooks(), hook::angle)) kinds.emplace_back("rotation");
  if (e.acts_on_input()) kinds.emplace_back("input");
  return kinds;
}

number_table encoding_table(const encoding& e, std::string_view kind, const model_extents& x, int length) {
  if (kind != "bias" && kind != "rotation" && kind != "input")
    throw usage_error(fmt::format("--table must be bias, rotation or input, not \"{}\"", printable(kind)));
  const std::vector<std::string> kinds = table_kinds(e);
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    throw usage_error(
        fmt::format("{} has no table of {}; {}", e.name(), kind,
                    kinds.empty() ? "it has none to show" : fmt::format("it has {}", fmt::join(kinds, ", "))));
  if (length > e.domain(x))
    throw usage_error(fmt::format("{} has a meaning for {} positions, not {}", e.name(), e.domain(x), length));
  if (static_cast<std::size_t>(length) * static_cast<std::size_t>(x.width) > most_numbers)
    throw usage_error("this table would be too large; make --length or --width smaller");
  return kind == "bias"       ? bias_table(e, x, length)
         : kind == "rotation" ? rotation_table(e, x, length)
                              : input_values(e, x, length);
}

std::vector<double> decay_bound(const encoding& e, const model_extents& x, int length) {
  const attention_tables t = filled_tables(e, x, length);
  const rotation& turned = *t.turned();
  const auto at = [&](part p, int i, int m) {
    const rotation::turned_unit unit = turned.at(0, p, 0, i, m);
    return std::complex<double>(static_cast<double>(unit.cosine), static_cast<double>(unit.sine));
  };
  const int planes = x.head_width() / 2;
  std::vector<double> bound(static_cast<std::size_t>(length));
  for (int i = 0; i < length; ++i) {
    std::complex<double> sum = 0;
    for (int m = 0; m < planes; ++m) {  // what stands between the query at i and the key at 0, for head 0
      sum += m >= turned.shape().planes ? 1.0 : at(part::query, i, m) * std::conj(at(part::key, 0, m));
      bound[static_cast<std::size_t>(i)] += std::abs(sum) / planes;
    }
  }
  return bound;
}

}  // namespace lengthwise
