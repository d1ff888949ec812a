#include "experiments/answers/score_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/statistics/wilson_interval.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {
namespace {

std::string percent(double share) { return fmt::format("{:.1f}", 100 * share); }
std::string interval(double share, std::int64_t items) {
  const auto [low, high] = wilson_interval(share, static_cast<double>(items));
  return fmt::format("{} to {}", percent(low), percent(high));
}
std::string_view words_of(evaluation_status s) {
  return s == evaluation_status::out_of_domain ? "out of domain" : "not finite";
}

}  // namespace

double measured_scores::median() const {
  const std::size_t half = exact.size() / 2;
  return exact.size() % 2 == 1 ? exact[half] : (exact[half - 1] + exact[half]) / 2;
}

std::optional<measured_scores> scores_of(const curve& c, int length) {
  measured_scores m;
  for (const finished_cell& cell : c.cells) {
    const evaluation_record* e = find_record(cell.result, protocol::task, length);
    if (e == nullptr || !e->scores) continue;
    const item_scores& s = *e->scores;
    m.exact.push_back(s.exact_match());
    m.together.items += s.items, m.together.exact += s.exact;
    m.together.answers += s.answers, m.together.right += s.right;
    m.together.guess_exact = s.guess_exact, m.together.guess_right = s.guess_right;
  }
  if (m.exact.empty()) return std::nullopt;
  std::ranges::sort(m.exact);
  return m;
}

std::string score_text(const measurements& m) {
  text_grid rows{
      {"asked at", "items", "exact %", "95 %", "worst", "median", "best", "guess", "answers %", "95 %", "guess"}};
  std::size_t seeds = 0;
  for (const curve& c : m.curves)
    for (const int length : m.lengths()) {
      const evaluation_record* first = find_record(c.cells.front().result, protocol::task, length);
      if (first == nullptr) continue;
      std::vector<std::string> row{
          fmt::format("{}, {}{}", c.label, grouped(length), length == c.train_length() ? " (trained)" : "")};
      if (const std::optional<measured_scores> s = scores_of(c, length)) {
        const item_scores& all = s->together;
        seeds = std::max(seeds, s->exact.size());
        // Seeds are asked the same items: of an item only one answer is independent.
        const std::int64_t items = all.items / static_cast<std::int64_t>(s->exact.size());
        row.insert(row.end(),
                   {grouped(static_cast<double>(items)), percent(all.exact_match()), interval(all.exact_match(), items),
                    percent(s->exact.front()), percent(s->median()), percent(s->exact.back()), percent(all.guess_exact),
                    percent(all.accuracy()), interval(all.accuracy(), items), percent(all.guess_right)});
      } else {
        row.emplace_back(words_of(first->status));
        row.resize(rows[0].size());
      }
      rows.push_back(std::move(row));
    }
  if (rows.size() == 1) return "";
  return fmt::format(
      "Items answered: exact match, where all answers of an item are right, and right answers, in per cent; 95 % by "
      "Wilson over\nitems{}; a guess beside each\n{}",
      seeds > 1 ? fmt::format(", of the mean over {} seeds, which spread from worst to best", seeds) : "", drawn(rows));
}

}  // namespace lengthwise
