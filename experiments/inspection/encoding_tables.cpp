#include "experiments/inspection/encoding_tables.hpp"

#include <fmt/format.h>

#include <cmath>
#include <complex>
#include <numeric>

#include "core/math/random.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t most_numbers = std::size_t(1) << 27;
constexpr hook biases = hook::bias | hook::bias_at | hook::bucket;

std::vector<real> initial_parameters(const encoding& e, const model_extents& x) {
  const random_source random{1, random_stream::initial_values};
  std::vector<real> values;
  for (const parameter& p : e.learned(x))
    for (std::size_t i = 0; i < p.count(x.heads); ++i) {
      const std::size_t at = values.size();
      const distribution& d = p.initial;
      values.push_back(static_cast<real>(d.shape == distribution::kind::constant ? d.first
                                         : d.shape == distribution::kind::uniform
                                             ? d.first + (d.second - d.first) * random.uniform(at)
                                             : d.first + d.second * random.normal(at)));
    }
  return values;
}

attention_tables filled_tables(const encoding& e, const model_extents& x, int length) {
  std::vector<double> positions(static_cast<std::size_t>(length));
  std::iota(positions.begin(), positions.end(), 0.0);
  attention_tables t = e.make_tables(x, positions);
  e.fill(t, x, initial_parameters(e, x).data());
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
  const bool stretched = !t.key_cosine.empty();
  const auto heads = static_cast<std::size_t>(x.heads), n = static_cast<std::size_t>(length);
  number_table out{{heads, n, t.query_cosine.size() / (heads * n), stretched ? 4U : 2U}, {}};
  for (std::size_t i = 0; i < t.query_cosine.size(); ++i) {
    out.values.push_back(static_cast<double>(t.query_cosine[i])),
        out.values.push_back(static_cast<double>(t.query_sine[i]));
    if (stretched)
      out.values.push_back(static_cast<double>(t.key_cosine[i])),
          out.values.push_back(static_cast<double>(t.key_sine[i]));
  }
  return out;
}

number_table input_table(const encoding& e, const model_extents& x, int length) {
  const attention_tables t = filled_tables(e, x, length);
  return {{static_cast<std::size_t>(length), static_cast<std::size_t>(x.width)}, {t.input.begin(), t.input.end()}};
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
                              : input_table(e, x, length);
}

std::vector<double> decay_bound(const encoding& e, const model_extents& x, int length) {
  const attention_tables t = filled_tables(e, x, length);
  const auto n = static_cast<std::size_t>(length),
             planes = t.query_cosine.size() / (n * static_cast<std::size_t>(x.heads)),
             all = static_cast<std::size_t>(x.head_width() / 2);
  const bool stretched = !t.key_cosine.empty();
  std::vector<double> bound(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::complex<double> sum = 0;
    for (std::size_t m = 0; m < all; ++m) {  // what stands between the query at i and the key at 0, for head 0
      const auto& cosine = stretched ? t.key_cosine : t.query_cosine;
      const auto& sine = stretched ? t.key_sine : t.query_sine;
      sum += m >= planes ? 1.0
                         : std::complex<double>(static_cast<double>(t.query_cosine[i * planes + m]),
                                                static_cast<double>(t.query_sine[i * planes + m])) *
                               std::complex<double>(static_cast<double>(cosine[m]), -static_cast<double>(sine[m]));
      bound[i] += std::abs(sum) / static_cast<double>(all);
    }
  }
  return bound;
}

}  // namespace lengthwise
