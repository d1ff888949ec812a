#include "experiments/overview/overview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "experiments/drawing/curve_labels.hpp"
#include "experiments/overview/length_table.hpp"
#include "experiments/overview/ranking.hpp"
#include "experiments/reports/table.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

std::string digits(double x) {
  return x >= 1e5 ? fmt::format("{:.1e}", x) : fmt::format("{:.{}f}", x, x >= 1000 ? 0 : x >= 100 ? 1 : 2);
}

class table_entries {
 public:
  table_entries(const measurements& m, protocol p, const overview_options& o) : m_(m), p_(p), o_(o) {}

  std::string entry(std::size_t i, int length) {
    const summary s = summarize(m_.curves[i], p_, length, quantity::perplexity);
    if (!s.measured) return "- ";
    if (s.status == evaluation_status::out_of_domain) return "no domain ";
    if (s.status == evaluation_status::non_finite) return "not finite ";
    if (!s.finite()) return fmt::format("{} ", beyond_text);
    if (o_.reference) return difference(i, length);
    const ranking& r = at(length);
    const bool mark = m_.curves.size() > 1 && (r.best == i || r.is_tied(i));
    const sample_statistics& v = s.over_seeds;
    return fmt::format("{}{}{}", digits(v.mean), v.count > 1 ? fmt::format(" ±{}", digits(v.deviation)) : "",
                       mark ? "*" : " ");
  }

  const ranking& at(int length) {
    if (const auto found = rankings_.find(length); found != rankings_.end()) return found->second;
    return rankings_.emplace(length, rank(m_, p_, length)).first->second;
  }

 private:
  std::string difference(std::size_t i, int length) {
    if (i == *o_.reference) return "0 ";
    if (!losses_.contains(length)) losses_.emplace(length, paired_losses(m_, p_, length));
    return entry_of(losses_.at(length).between(i, *o_.reference));
  }

  const measurements& m_;
  protocol p_;
  const overview_options& o_;
  std::map<int, ranking> rankings_;
  std::map<int, paired_losses> losses_;
};

std::vector<std::size_t> best_first(const measurements& m, protocol p, int length) {
  std::vector<std::size_t> order(m.curves.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    const summary s = summarize(m.curves[i], p, length, quantity::perplexity);
    return s.finite() ? s.over_seeds.mean : std::numeric_limits<double>::infinity();
  });
  return order;
}

std::string heading(const measurements& m, protocol p, const overview_options& o) {
  std::int64_t fewest_seeds = std::numeric_limits<std::int64_t>::max(), most_seeds = 0, fewest = fewest_seeds, most = 0;
  for (const curve& c : m.curves) {
    const auto seeds = static_cast<std::int64_t>(c.cells.size());
    fewest_seeds = std::min(fewest_seeds, seeds), most_seeds = std::max(most_seeds, seeds);
    for (const finished_cell& cell : c.cells)
      for (const evaluation_record& e : cell.result.evaluation)
        if (e.protocol == p && e.ok()) fewest = std::min(fewest, e.targets), most = std::max(most, e.targets);
  }
  const std::string seeds = range_text(fewest_seeds, most_seeds);
  const std::string what =
      o.reference ? fmt::format(
                        "bits per byte above {}, mean ± half the 95 % interval of the difference, paired by "
                        "seed and target",
                        m.curves[*o.reference].label.shown(40))
                  : fmt::format("perplexity{}",
                                most_seeds > 1 ? ", mean ± deviation over " + seeds + " seeds" : " of one seed");
  return fmt::format("{}: {}; {} ({}), {} targets a length", m.name, what, name_of(p), words_of(p),
                     most == 0 ? "no" : range_text(fewest, most));
}

}  // namespace

std::string left_out_text(const measurements& m) {
  std::string text;
  if (m.repeated > 0)
    text += fmt::format("{} cells repeat another's config and seed and are not counted\n", m.repeated);
  if (!m.damaged.empty()) {
    text += fmt::format("left out: {}\n", m.damaged.front());
    if (m.damaged.size() > 1) text += fmt::format("left out: {} more damaged parts (--all)\n", m.damaged.size() - 1);
    text += "the same lengthwise run makes again what was left out\n";
  }
  if (m.unfinished > 0) text += fmt::format("{} of {} cells are not finished and not shown\n", m.unfinished, m.cells);
  return text;
}

std::string overview_text(const measurements& m, const overview_options& o) {
  if (m.protocols().empty()) return fmt::format("{}: no cell was evaluated\n", m.name) + left_out_text(m);
  const protocol p = main_protocol(m);
  const std::vector<int> lengths = m.lengths();
  const std::vector<std::size_t> order = best_first(m, p, lengths.back());
  const bool one_train_length = std::ranges::all_of(
      m.curves, [&](const curve& c) { return c.train_length() == m.curves.front().train_length(); });
  table_entries entries(m, p, o);

  std::string end = "\n";
  if (!o.reference && m.curves.size() > 1)
    end += wrapped(sentence_of(entries.at(lengths.back()), m, lengths.back()), o.columns);
  if (!o.reference && m.curves.size() > 1)
    for (const protocol each : m.protocols())
      if (each != p)
        end +=
            wrapped(fmt::format("{}: {}", name_of(each), sentence_of(rank(m, each, lengths.back()), m, lengths.back())),
                    o.columns);
  end += left_out_text(m);
  const std::string begin = wrapped(heading(m, p, o), o.columns);
  const bool paired =
      std::ranges::any_of(entries.at(lengths.back()).others, [](const ranked_curve& r) { return r.above.has_value(); });
  const std::string_view mark =
      o.reference            ? "* the interval does not reach 0\n"
      : m.curves.size() <= 1 ? ""
      : paired               ? "* best of its column, or a tie: the paired interval of the difference reaches 0\n"
                             : "* best of its column\n";

  // What remains of the screen is the table's: a header, a rule, and perhaps two lines on what was left out.
  const auto lines = [](std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); };
  const std::size_t taken = lines(begin) + lines(end) + lines(mark) + 2 + 2;
  const std::size_t room = std::max(fewest_rows, o.lines > taken ? o.lines - taken : 0);
  const std::vector<std::size_t> shown(order.begin(),
                                       order.begin() + static_cast<std::ptrdiff_t>(std::min(room, order.size())));
  std::vector<std::string> labels;
  for (const curve& c : m.curves) labels.push_back(c.label.shown());
  labels = short_labels(labels, longest_label);
  const length_table table = fitting(lengths, o.columns, [&](const std::vector<int>& columns) {
    text_grid rows{{"evaluated at"}};
    for (const int length : columns)
      rows[0].push_back(fmt::format("{}{} ", grouped(length),
                                    one_train_length && length == m.curves.front().train_length() ? " trained" : ""));
    for (const std::size_t i : shown) {
      const curve& c = m.curves[i];
      rows.push_back({one_train_length ? labels[i] : fmt::format("{} (trained at {})", labels[i], c.train_length())});
      for (const int length : columns) rows.back().push_back(entries.entry(i, length));
    }
    return rows;
  });
  return begin + table.text + std::string(mark) + more_text(table.left_out, order.size() - shown.size()) + end;
}

}  // namespace lengthwise
