#include "experiments/answers/use_by_distance.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "core/reading/view.hpp"
#include "experiments/records/losses.hpp"

namespace lengthwise {
namespace {

constexpr std::uint32_t no_end = std::numeric_limits<std::uint32_t>::max();

bool same_answers(const std::vector<known_answer>& a, const std::vector<known_answer>& b) {
  return std::ranges::equal(a, b, [](const known_answer& x, const known_answer& y) {
    return x.window == y.window && x.position == y.position && x.distance == y.distance &&
           (x.outcome == answer_outcome::not_scored) == (y.outcome == answer_outcome::not_scored);
  });
}

// Numbers of the scored answers within a range of distances, a block for each window: answers of one share much of what
// the model reads.
class answer_sums {
 public:
  explicit answer_sums(std::span<const recorded_losses> seeds) : seeds_(seeds) {}
  template <class Number>
  estimate mean(std::uint32_t first, std::uint32_t end, Number&& number) const {
    const std::size_t windows = seeds_.front().losses.shape(0);
    block_sums b{xt::zeros<double>({seeds_.size(), windows}), xt::zeros<double>({windows}),
                 xt::zeros<std::size_t>({windows})};
    for (std::size_t s = 0; s < seeds_.size(); ++s)
      for (const known_answer& a : seeds_[s].answers) {
        if (a.outcome == answer_outcome::not_scored || a.distance < first || a.distance >= end) continue;
        b.sums(s, a.window) += number(seeds_[s], a);
        if (s == 0) ++b.counts(a.window);
      }
    return mean_of(b);
  }
  std::int64_t count(std::uint32_t first, std::uint32_t end) const {
    return std::ranges::count_if(seeds_.front().answers, [&](const known_answer& a) {
      return a.outcome != answer_outcome::not_scored && a.distance >= first && a.distance < end;
    });
  }

 private:
  std::span<const recorded_losses> seeds_;
};

double bits_of(const recorded_losses& r, const known_answer& a) {
  return static_cast<double>(r.losses(a.window, a.position)) / std::numbers::ln2;
}
double right_of(const recorded_losses&, const known_answer& a) { return a.outcome == answer_outcome::right; }

// Edges at the trained length, doubled beyond it and halved within it twice.
std::vector<std::uint32_t> edges_of(int trained, int length) {
  std::vector<std::uint32_t> edges{0};
  for (int part = 4; part > 1; part /= 2)
    if (trained / part > 1) edges.push_back(static_cast<std::uint32_t>(trained / part));
  for (std::uint32_t edge = static_cast<std::uint32_t>(trained); edges.back() < static_cast<std::uint32_t>(length);
       edge *= 2)
    edges.push_back(edge);
  return edges;
}

}  // namespace

std::optional<use_by_distance> use_of(std::span<const recorded_seed> seeds, int trained, double alphabet) {
  std::vector<recorded_losses> all;
  for (const auto& [folder, e] : seeds) {
    if (!e.ok()) return std::nullopt;
    std::optional<recorded_losses> r = read_losses(folder, e.length, e.protocol, e.extension);
    if (!r || r->answers.empty() || (!all.empty() && !same_answers(all.front().answers, r->answers)))
      return std::nullopt;
    all.push_back(*std::move(r));
  }
  if (all.empty()) return std::nullopt;
  const evaluation_record& e = seeds.front().second;
  use_by_distance u{e.length, trained, e.protocol, all.size(), std::log2(alphabet), 1 / alphabet, {}, 0,
                    {},       {},      {},         {}};
  const answer_sums sums(all);
  const std::unique_ptr<view> reading = make_view(e.extension == raw_extension ? "raw" : e.extension);
  const auto left_out =
      static_cast<std::size_t>(reading == nullptr ? 0 : e.length - reading->tokens({e.length, trained}));
  const auto optimum_of = [&](const recorded_losses&, const known_answer& a) {
    return a.distance + left_out <= a.position + 1 ? 0 : u.chance_bits;
  };
  const std::vector<std::uint32_t> edges = edges_of(trained, e.length);
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    distance_band b{edges[i], edges[i + 1], sums.count(edges[i], edges[i + 1]), {}, {}, 0};
    if (b.answers == 0) continue;
    b.bits = sums.mean(b.first, b.end, bits_of), b.right = sums.mean(b.first, b.end, right_of);
    b.optimum = sums.mean(b.first, b.end, optimum_of).value;
    u.bands.push_back(b);
  }
  u.outside = std::ranges::count(all.front().answers, answer_outcome::not_scored, &known_answer::outcome);
  const auto share = [&](std::uint32_t first, std::uint32_t end) -> std::optional<estimate> {
    if (sums.count(first, end) == 0) return std::nullopt;
    estimate lost = sums.mean(first, end, bits_of);
    lost.value = 1 - lost.value / u.chance_bits;
    lost.of_seeds /= u.chance_bits, lost.of_text /= u.chance_bits;
    return lost;
  };
  const auto edge = static_cast<std::uint32_t>(trained);
  u.within = share(0, edge), u.beyond = share(edge, no_end);
  const auto by_seed = [&](std::uint32_t first, std::uint32_t end) {
    std::vector<double> shares;
    for (const recorded_losses& seed : all)
      if (sums.count(first, end) > 0)
        shares.push_back(1 - answer_sums({&seed, 1}).mean(first, end, bits_of).value / u.chance_bits);
    std::ranges::sort(shares);
    return shares;
  };
  u.within_by_seed = by_seed(0, edge), u.beyond_by_seed = by_seed(edge, no_end);
  return u;
}

std::optional<double> alphabet_of(const curve& c) {
  for (const named_value& v : c.cells.front().config)
    if (v.name == "recall.alphabet")
      if (const auto* symbols = std::get_if<std::int64_t>(&v.value)) return static_cast<double>(*symbols);
  return std::nullopt;
}

std::optional<use_by_distance> use_of(const curve& c, protocol cut, int length) {
  const std::optional<double> alphabet = alphabet_of(c);
  if (!alphabet || *alphabet < 2) return std::nullopt;
  std::vector<recorded_seed> seeds;
  for (const finished_cell& cell : c.cells)
    if (const evaluation_record* e = find_record(cell.result, cut, length)) seeds.emplace_back(cell.path, *e);
  return use_of(seeds, c.train_length(), *alphabet);
}

std::optional<protocol> protocol_of_use(const measurements& m) {
  if (std::ranges::none_of(m.curves, [](const curve& c) { return alphabet_of(c).has_value(); })) return std::nullopt;
  const std::vector<protocol> measured = m.protocols();
  for (const protocol p : {protocol::sliding, protocol::fixed_targets, protocol::non_overlapping})
    if (std::ranges::find(measured, p) != measured.end()) return p;
  return std::nullopt;
}

}  // namespace lengthwise
