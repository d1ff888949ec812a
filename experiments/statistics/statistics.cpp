#include "experiments/statistics/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

namespace lengthwise {
namespace {

// In double throughout: the promotion to long double, the library's default, buys nothing here, and tools that play a
// processor without long double (valgrind) end where its tables are set up.
using in_double = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
using students_t = boost::math::students_t_distribution<double, in_double>;

}  // namespace

sample_statistics statistics_of(std::span<const double> values) {
  if (values.empty()) return {};
  const auto count = static_cast<double>(values.size());
  const auto x = xt::adapt(values.data(), values.size(), xt::no_ownership(), std::array{values.size()});
  sample_statistics s{values.size(), xt::sum(x / count)(), 0};
  // Squares of perplexities may be more than a double holds.
  const double scale = std::abs(s.mean) > 1e100 ? s.mean : 1;
  if (values.size() > 1)
    s.deviation = std::abs(scale) * std::sqrt(xt::sum(xt::square((x - s.mean) / scale))() / (count - 1));
  return s;
}

double estimate::error() const { return std::hypot(of_seeds, of_text); }

double estimate::interval() const {
  const double larger = std::max(of_seeds, of_text);
  if (!(larger > 0)) return 0;
  const double seeds = std::pow(of_seeds / larger, 2), text = std::pow(of_text / larger, 2);
  const double freedom = !(text > 0) ? seed_freedom
                         : !(seeds > 0)
                             ? text_freedom
                             : std::pow(seeds + text, 2) / (seeds * seeds / seed_freedom + text * text / text_freedom);
  return boost::math::quantile(students_t(freedom), 0.975) * error();
}

std::string_view estimate::covers() const {
  if (seed_freedom > 0) return text_freedom > 0 ? "seeds and text" : "seeds";
  return text_freedom > 0 ? "text" : "";
}

estimate mean_of(const sample_statistics& s) {
  if (s.count < 2) return {.value = s.mean};
  return {.value = s.mean,
          .of_seeds = s.deviation / std::sqrt(static_cast<double>(s.count)),
          .seed_freedom = static_cast<double>(s.count - 1)};
}

estimate mean_of(const block_sums& b) {
  const double targets = xt::sum(b.counts)();
  if (!(targets > 0)) return {};
  const xt::xtensor<double, 1> by_seed = xt::sum(b.sums, {1}) / targets, by_block = xt::mean(b.sums, {0});
  estimate e = mean_of(statistics_of(by_seed));
  double squares = 0;
  std::map<std::size_t, std::vector<std::size_t>> strata;
  for (std::size_t i = 0; i < b.strata.size(); ++i)
    if (b.counts(i) > 0) strata[b.strata(i)].push_back(i);
  // Blocks that are alone in theirs are compared with each other.
  std::vector<std::vector<std::size_t>> compared(1);
  for (auto& [stratum, own] : strata)
    if (own.size() == 1)
      compared.front().push_back(own.front());
    else
      compared.push_back(std::move(own));
  for (const std::vector<std::size_t>& own : compared) {
    if (own.size() < 2) continue;
    const auto blocks = static_cast<double>(own.size());
    const xt::xtensor<double, 1> counts = xt::view(b.counts, xt::keep(own)), sums = xt::view(by_block, xt::keep(own));
    const double mean = xt::sum(sums)() / xt::sum(counts)();
    squares += xt::sum(xt::square(sums - counts * mean))() * blocks / (blocks - 1);
    e.text_freedom += blocks - 1;
  }
  e.of_text = std::sqrt(squares) / targets;
  return e;
}

}  // namespace lengthwise
