#include "experiments/claims/predicate_finding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/terminal/quantities.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// Lengths are bytes and multiples of L are not: 1.4 x 256 may be met by 358.
constexpr double same_length = 0.01;

// A curve of a study by a protocol, and why there is none.
struct side {
  const curve* of = nullptr;
  protocol by;
  std::string extension, why_not;
  std::vector<std::pair<std::uint64_t, std::vector<evaluation_record>>> by_seed;

  const evaluation_record* find(std::uint64_t seed, int length) const {
    for (const auto& [own, records] : by_seed)
      if (own == seed)
        for (const evaluation_record& e : records)
          if (e.length == length && e.protocol == by && e.extension == extension) return &e;
    return nullptr;
  }
  std::vector<int> lengths() const {
    std::set<int> all;
    for (const auto& [seed, records] : by_seed)
      for (const evaluation_record& e : records)
        if (e.protocol == by && e.extension == extension) all.insert(e.length);
    return {all.begin(), all.end()};
  }
};

// Extensions are evaluated after training, by lengthwise evaluate.
std::vector<evaluation_record> records_of(const finished_cell& cell, const std::string& extension) {
  std::vector<evaluation_record> records = cell.result.evaluation;
  if (extension == "none" || !fs::is_directory(cell.path / "evaluations")) return records;
  for (const auto& entry : fs::directory_iterator(cell.path / "evaluations"))
    if (const auto later = read_result(entry.path() / "result.json"); later && later->digest == cell.result.digest)
      records.insert(records.end(), later->evaluation.begin(), later->evaluation.end());
  return records;
}

side side_of(const measurements& m, const curve_name& name, protocol by) {
  side s{nullptr, name.protocol.value_or(by), name.extension, "", {}};
  std::vector<const curve*> all;
  for (const curve& c : m.curves) {
    if (c.label.unescaped() == name.encoding) s.of = &c;
    if (c.cells.front().result.encoding == name.encoding) all.push_back(&c);
  }
  if (all.size() == 1) s.of = all.front();
  if (all.empty() && s.of == nullptr)
    s.why_not = fmt::format("no finished cell has the encoding {}", name.encoding);
  else if (s.of == nullptr)
    s.why_not =
        fmt::format("{} curves have the encoding {}, which differ in more than the seed", all.size(), name.encoding);
  if (s.of == nullptr) return s;
  for (const finished_cell& cell : s.of->cells)
    s.by_seed.emplace_back(cell.result.seed, records_of(cell, name.extension));
  if (s.lengths().empty())
    s.why_not = name.extension == "none" ? fmt::format("{} was not evaluated by {}", name.encoding, name_of(s.by))
                                         : fmt::format("{} was not evaluated with the extension {} by {}",
                                                       name.encoding, name.extension, name_of(s.by));
  return s;
}

bool within(const predicate& p, double multiple) {
  const bool low = p.above_from ? multiple > p.from * (1 + same_length) : multiple >= p.from * (1 - same_length);
  return low && multiple <= p.until * (1 + same_length);
}

std::string number(double x) { return x >= 1e5 ? fmt::format("{:.2e}", x) : fmt::format("{:.4g}", x); }
std::string mean_text(const sample_statistics& s) {
  if (!std::isfinite(s.mean)) return fmt::format("{} ({} seeds)", beyond_text, s.count);
  return s.count > 1 ? fmt::format("{} ± {} ({} seeds)", number(s.mean), number(s.deviation), s.count)
                     : fmt::format("{} (1 seed)", number(s.mean));
}

// What the margin leaves of one number and its bounds.
finding compare(const measured_length& l, const predicate& p, double deviations) {
  const sample_statistics& s = l.over_seeds;
  // What a double cannot hold is beyond any bound; where that is so for some seeds only, nothing is said.
  if (!std::isfinite(s.mean)) {
    const bool all = std::ranges::none_of(l.values, [](double x) { return std::isfinite(x); });
    return !all ? finding::unclear : std::isfinite(p.at_most) ? finding::fails : finding::holds;
  }
  const double margin = deviations * s.deviation;
  if (s.mean + margin < p.at_least || s.mean - margin > p.at_most) return finding::fails;
  if (s.mean - margin >= p.at_least && s.mean + margin <= p.at_most) return finding::holds;
  return p.ties ? finding::holds : finding::unclear;
}

std::string length_text(const measured_length& l) {
  const std::string at =
      l.over == l.length || l.over == 0 ? fmt::format("{}", l.length) : fmt::format("{} over {}", l.length, l.over);
  return fmt::format("{} at {}", mean_text(l.over_seeds), at);
}

// All lengths together: what fails decides, then what is missing, then what is unclear. Says the length that decides.
void conclude(predicate_finding& f, const predicate& p, std::size_t seeds_needed, double deviations) {
  const auto rank = [](finding x) {
    return x == finding::fails ? 0 : x == finding::untestable ? 1 : x == finding::unclear ? 2 : 3;
  };
  // Among equals the one that comes nearest to a bound, or is farthest beyond it.
  const auto room = [&](const measured_length& l) {
    if (p.what == predicate::kind::exact)
      return std::min(p.at_least > 0 ? l.over_seeds.mean - p.at_least : 1e300,
                      std::isfinite(p.at_most) ? p.at_most - l.over_seeds.mean : 1e300);
    return std::min(p.at_least > 0 ? std::log(l.over_seeds.mean / p.at_least) : 1e300,
                    std::isfinite(p.at_most) ? std::log(p.at_most / l.over_seeds.mean) : 1e300);
  };
  const measured_length& worst =
      *std::ranges::min_element(f.lengths, [&](const measured_length& a, const measured_length& b) {
        return std::pair(rank(a.found), room(a)) < std::pair(rank(b.found), room(b));
      });
  f.found = worst.found;
  f.why = length_text(worst);
  if (f.found == finding::untestable) f.why += fmt::format("; a verdict needs {} seeds", seeds_needed);
  if (f.found == finding::unclear) f.why += fmt::format("; within {:g} deviations of its bound", deviations);
}

predicate_finding ratios(const predicate& p, const side& of, const side& to, predicate_finding f,
                         std::size_t seeds_needed, double deviations) {
  const double trained = of.of->train_length();
  int over = 0;
  if (p.over) {
    for (const int length : to.lengths())
      if (std::abs(length / trained / *p.over - 1) <= same_length) over = length;
    if (over == 0)
      return f.why = fmt::format("{} was not evaluated at {:g} times its training length", p.to.encoding, *p.over), f;
  }
  for (const int length : of.lengths()) {
    // A curve over itself at the same length is 1 and says nothing.
    const bool itself = length == over && of.of == to.of && of.by == to.by && of.extension == to.extension;
    if (!within(p, length / trained) || itself) continue;
    measured_length l;
    l.length = length, l.over = over > 0 ? over : length;
    for (const auto& [seed, records] : of.by_seed) {
      const evaluation_record *upper = of.find(seed, length), *lower = to.find(seed, l.over);
      if (upper == nullptr || lower == nullptr) continue;
      for (const auto& [e, name] : {std::pair{upper, &p.of.encoding}, {lower, &p.to.encoding}})
        if (!e->ok())
          return f.why = fmt::format("{} is {} at {}", *name,
                                     e->status == evaluation_status::out_of_domain ? "out of domain" : "not finite",
                                     e->length),
                 f;
      if (l.over == length && of.by == to.by && (upper->stride != lower->stride || upper->targets != lower->targets))
        return f.why = fmt::format("{} and {} were not scored on the same targets", p.of.encoding, p.to.encoding), f;
      l.seeds.push_back(seed);
      l.values.push_back(std::exp(upper->nll - lower->nll));
    }
    if (l.values.empty()) continue;
    l.over_seeds = statistics_of(l.values);
    if (l.values.size() >= seeds_needed) l.found = compare(l, p, deviations);
    f.lengths.push_back(std::move(l));
  }
  if (f.lengths.empty())
    f.why = fmt::format("{} and {} have no common seed and length there", p.of.encoding, p.to.encoding);
  else
    conclude(f, p, seeds_needed, deviations);
  return f;
}

predicate_finding exact_matches(const predicate& p, const side& of, const side& to, predicate_finding f,
                                std::size_t seeds_needed, double deviations) {
  const double trained = of.of->train_length();
  for (const int length : of.lengths()) {
    if (!within(p, length / trained)) continue;
    measured_length l;
    l.length = length;
    for (const auto& [seed, records] : of.by_seed) {
      const evaluation_record *own = of.find(seed, length), *other = to.find(seed, length);
      if (own == nullptr || other == nullptr) continue;
      for (const auto& [e, name] : {std::pair{own, &p.of.encoding}, {other, &p.to.encoding}})
        if (!e->scores) return f.why = fmt::format("{} has no exact match at {}", *name, e->length), f;
      if (own->scores->items != other->scores->items)
        return f.why = fmt::format("{} and {} were not asked the same items", p.of.encoding, p.to.encoding), f;
      l.seeds.push_back(seed);
      l.values.push_back(own->scores->exact_match() - (p.compared ? other->scores->exact_match() : 0));
    }
    if (l.values.empty()) continue;
    l.over_seeds = statistics_of(l.values);
    if (l.values.size() >= seeds_needed) l.found = compare(l, p, deviations);
    f.lengths.push_back(std::move(l));
  }
  if (f.lengths.empty())
    f.why = fmt::format("{} and {} have no common seed and length there", p.of.encoding, p.to.encoding);
  else
    conclude(f, p, seeds_needed, deviations);
  return f;
}

// The least perplexity within the range over the least outside of it: below 1 where the best length lies within.
predicate_finding best_length(const predicate& p, const side& of, predicate_finding f, std::size_t seeds_needed,
                              double deviations) {
  measured_length l;
  bool any_inside = false, any_outside = false;
  for (const auto& [seed, records] : of.by_seed) {
    const evaluation_record *inside = nullptr, *outside = nullptr;
    for (const int length : of.lengths()) {
      const evaluation_record* e = of.find(seed, length);
      if (e == nullptr || !e->ok()) continue;
      const evaluation_record*& best =
          within(p, static_cast<double>(length) / of.of->train_length()) ? inside : outside;
      if (best == nullptr || e->nll < best->nll) best = e;
    }
    any_inside = any_inside || inside != nullptr, any_outside = any_outside || outside != nullptr;
    if (inside == nullptr || outside == nullptr) continue;
    l.length = inside->length, l.over = outside->length;
    l.seeds.push_back(seed);
    l.values.push_back(std::exp(inside->nll - outside->nll));
  }
  if (l.values.empty())
    return f.why = fmt::format("{} was evaluated at no length {}", p.of.encoding,
                               !any_inside    ? "within the range"
                               : !any_outside ? "outside of the range"
                                              : "of both kinds"),
           f;
  l.over_seeds = statistics_of(l.values);
  predicate below_one = p;
  below_one.at_most = 1;
  if (l.values.size() >= seeds_needed) l.found = compare(l, below_one, deviations);
  f.lengths.push_back(std::move(l));
  conclude(f, below_one, seeds_needed, deviations);
  f.why = fmt::format("least perplexity within the range over the least outside: {}", f.why);
  return f;
}

predicate_finding out_of_domain(const predicate& p, const side& of, predicate_finding f) {
  std::vector<int> refused, measured;
  for (const int length : of.lengths()) {
    if (!within(p, static_cast<double>(length) / of.of->train_length())) continue;
    bool all = true;
    for (const auto& [seed, records] : of.by_seed)
      if (const evaluation_record* e = of.find(seed, length))
        all = all && e->status == evaluation_status::out_of_domain;
    (all ? refused : measured).push_back(length);
  }
  if (refused.empty() && measured.empty())
    return f.why = fmt::format("{} was evaluated at no such length", p.of.encoding), f;
  f.found = measured.empty() ? finding::holds : finding::fails;
  f.why = measured.empty() ? fmt::format("out of domain at {}", fmt::join(refused, ", "))
                           : fmt::format("measured at {}", fmt::join(measured, ", "));
  return f;
}

predicate_finding same_bits(const predicate& p, const side& of, const side& to, predicate_finding f) {
  std::vector<int> equal, different;
  for (const int length : of.lengths()) {
    if (!within(p, static_cast<double>(length) / of.of->train_length())) continue;
    bool compared = false, same = true;
    for (const auto& [seed, records] : of.by_seed) {
      const evaluation_record *here = of.find(seed, length), *there = to.find(seed, length);
      if (here == nullptr || there == nullptr || !here->ok() || !there->ok()) continue;
      compared = true, same = same && here->nll == there->nll;
    }
    if (compared) (same ? equal : different).push_back(length);
  }
  if (equal.empty() && different.empty()) return f.why = "there is no length at which both were evaluated", f;
  f.found = different.empty() ? finding::holds : finding::fails;
  f.why = different.empty() ? fmt::format("equal at {}", fmt::join(equal, ", "))
                            : fmt::format("different at {}", fmt::join(different, ", "));
  return f;
}

}  // namespace

predicate_finding find_out(const predicate& p, const measurements& m, protocol by, std::size_t seeds_needed,
                           double deviations) {
  predicate_finding f{p.text(), by, finding::untestable, "", {}};
  const side of = side_of(m, p.of, by), to = side_of(m, p.to, by);
  for (const side* s : {&of, &to})
    if (!s->why_not.empty()) return f.why = s->why_not, f;
  if (of.of->train_length() != to.of->train_length())
    return f.why = fmt::format("{} and {} were trained at other lengths", p.of.encoding, p.to.encoding), f;
  if (of.of->cells.front().result.corpus_sha256 != to.of->cells.front().result.corpus_sha256)
    return f.why = fmt::format("{} and {} were scored on other texts", p.of.encoding, p.to.encoding), f;
  const std::vector<int> lengths = of.lengths();
  if (std::ranges::none_of(lengths,
                           [&](int length) { return within(p, static_cast<double>(length) / of.of->train_length()); }))
    return f.why = fmt::format(
               "{} was evaluated at no length of {}", p.of.encoding,
               p.from == p.until ? fmt::format("{:g} L", p.from) : fmt::format("the range from {:g} L", p.from)),
           f;
  switch (p.what) {
    case predicate::kind::ratio: return ratios(p, of, to, std::move(f), seeds_needed, deviations);
    case predicate::kind::best_length: return best_length(p, of, std::move(f), seeds_needed, deviations);
    case predicate::kind::out_of_domain: return out_of_domain(p, of, std::move(f));
    case predicate::kind::same_bits: return same_bits(p, of, to, std::move(f));
    case predicate::kind::exact: return exact_matches(p, of, to, std::move(f), seeds_needed, deviations);
  }
  return f;
}

}  // namespace lengthwise
