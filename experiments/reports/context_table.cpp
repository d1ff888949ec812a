#include "experiments/reports/context_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiments/answers/use_by_distance.hpp"
#include "experiments/measured/context_gaps.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// The losses that gaps at one length are made of.
struct measured_losses {
  recorded_losses sliding, side_by_side;
};
std::optional<recorded_losses> losses_of(const fs::path& folder, const cell_result& r, int length, protocol cut) {
  const evaluation_record* e = find_record(r, cut, length);
  if (e == nullptr || !e->ok()) return std::nullopt;
  std::optional<recorded_losses> losses = read_losses(folder, length, cut, e->extension);
  // Made-up answers have their own measure: of them, what is nearer than a place in a window says little of context.
  return losses && losses->windows.shape(0) > 0 && losses->answers.empty() ? std::move(losses) : std::nullopt;
}
std::optional<measured_losses> losses_in(const fs::path& folder, const cell_result& r, int length) {
  auto sliding = losses_of(folder, r, r.train_length, protocol::sliding),
       side_by_side = losses_of(folder, r, length, protocol::non_overlapping);
  if (!sliding || !side_by_side) return std::nullopt;
  return measured_losses{*std::move(sliding), *std::move(side_by_side)};
}
// The most that the cell, or lengthwise evaluate after it, has measured of the text that it was trained on.
std::optional<measured_losses> losses_of(const finished_cell& cell, int length) {
  std::optional<measured_losses> most = losses_in(cell.path, cell.result, length);
  std::set<fs::path> folders;
  std::error_code none;  // no folder, no evaluations
  for (fs::directory_iterator at(cell.path / "evaluations", none), end; !none && at != end; at.increment(none))
    folders.insert(at->path());
  for (const fs::path& folder : folders) {
    const std::optional<cell_result> again = whole_result(folder / "result.json");
    if (!again || again->corpus_sha256 != cell.result.corpus_sha256 || again->digest != cell.result.digest) continue;
    std::optional<measured_losses> found = losses_in(folder, *again, length);
    if (found && (!most || found->side_by_side.losses.size() > most->side_by_side.losses.size()))
      most = std::move(found);
  }
  return most;
}

}  // namespace

std::optional<measured_context> context_of(const curve& c, int length) {
  if (length < c.train_length()) return std::nullopt;
  measured_context m{length, 0, c.cells.size(), {}};
  std::vector<xt::xtensor<float, 2>> seeds;
  for (const finished_cell& cell : c.cells) {
    const std::optional<measured_losses> losses = losses_of(cell, length);
    if (!losses) return std::nullopt;
    xt::xtensor<float, 2> gaps = context_gaps(losses->sliding).of(losses->side_by_side);
    if (!seeds.empty() && gaps.shape() != seeds.front().shape()) return std::nullopt;
    m.windows = gaps.shape(0);
    seeds.push_back(std::move(gaps));
  }
  const std::optional<context_used> used = find_context_used(seeds, c.train_length());
  if (!used) return std::nullopt;
  m.used = *used;
  return m;
}

int longest_context(const measurements& m, const curve& c) {
  int longest = c.train_length();
  for (const int length : m.lengths()) longest = std::max(longest, length);
  return longest;
}

namespace {

// Why nothing is said of a study; "" where it is not of real text.
std::string too_small(const measurements& m) {
  if (protocol_of_use(m)) return "";
  bool sliding = false, side_by_side = false, losses = false;
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells)
      for (const evaluation_record& e : cell.result.evaluation) {
        if (e.protocol == protocol::task) return "";
        if (!e.ok() || e.length != cell.result.train_length) continue;
        sliding = sliding || e.protocol == protocol::sliding;
        side_by_side = side_by_side || e.protocol == protocol::non_overlapping;
        if (e.protocol == protocol::sliding || e.protocol == protocol::non_overlapping)
          losses = losses || read_losses(cell.path, e.length, e.protocol, e.extension).has_value();
      }
  return fmt::format("Bytes of context used: not said, for that takes {}\n",
                     !sliding || !side_by_side
                         ? "sliding windows and windows side by side at the training length (lengthwise evaluate)"
                     : !losses ? "each target's loss, and these are not here"
                               : "more windows: a larger evaluate.targets (lengthwise evaluate)");
}

}  // namespace

std::string context_text(const measurements& m) {
  text_grid rows{{"", "settles at", "resolved to", "gap after it", "beyond, up to", "rises from", "gap beyond"}};
  std::size_t seeds = 0;
  for (const curve& c : m.curves) {
    const std::optional<measured_context> trained = context_of(c, c.train_length());
    if (!trained) continue;
    seeds = std::max(seeds, trained->seeds);
    const int longest = longest_context(m, c);
    const auto bits = [](const measured_context::bits& e) { return fmt::format("{:+.3f} ±{:.3f}", e.value, e.error); };
    std::vector<std::string> row{c.label.shown()};
    if (trained->used.settles)
      row.insert(row.end(), {grouped(trained->used.settles_at), fmt::format("{:.3f}", trained->resolved_to()),
                             bits(trained->after())});
    else
      row.insert(row.end(), {fmt::format("not by {}", grouped(trained->used.settles_at - 1)), "-", "-"});
    if (const std::optional<measured_context> beyond = context_of(c, longest); beyond && longest > c.train_length())
      row.insert(row.end(), {grouped(longest), beyond->used.rises_from ? grouped(*beyond->used.rises_from) : "not seen",
                             bits(beyond->beyond())});
    else
      row.insert(row.end(), {"-", "", ""});
    rows.push_back(std::move(row));
  }
  if (rows.size() == 1) return too_small(m);
  return fmt::format(
      "Bytes of context used: where loss by position stops falling, and from where beyond the training length it "
      "rises;\ngaps in bits per byte, ± one standard error over {}\n{}",
      seeds > 1 ? "seeds and text" : "the text, for one seed", drawn(rows));
}

}  // namespace lengthwise
