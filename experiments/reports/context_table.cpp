#include "experiments/reports/context_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/storage/npy.hpp"
#include "experiments/measured/context_gaps.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/terminal/quantities.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// The losses that gaps at one length are made of.
struct measured_losses {
  npy_array<float> trained, sliding, longer;
  int stride;
};
std::optional<npy_array<float>> losses_of(const fs::path& folder, const cell_result& r, int length, protocol cut) {
  const evaluation_record* e = find_record(r, cut, length);
  const fs::path file = losses_file(folder / "nll", length, cut);
  if (e == nullptr || !e->ok() || !fs::exists(file)) return std::nullopt;
  npy_array<float> losses = read_npy<float>(file);
  if (losses.shape.size() != 2 || losses.shape[1] != static_cast<std::size_t>(length)) return std::nullopt;
  return losses;
}
std::optional<measured_losses> losses_in(const fs::path& folder, const cell_result& r, int length) {
  auto trained = losses_of(folder, r, r.train_length, protocol::non_overlapping),
       sliding = losses_of(folder, r, r.train_length, protocol::sliding),
       longer = losses_of(folder, r, length, protocol::non_overlapping);
  if (!trained || !sliding || !longer) return std::nullopt;
  // Windows that slide by their own length stand side by side.
  if (find_record(r, protocol::sliding, r.train_length)->stride >= r.train_length) return std::nullopt;
  return measured_losses{*std::move(trained), *std::move(sliding), *std::move(longer),
                         find_record(r, protocol::sliding, r.train_length)->stride};
}
// The most that the cell, or lengthwise evaluate after it, has measured of the text that it was trained on.
std::optional<measured_losses> losses_of(const finished_cell& cell, int length) {
  std::optional<measured_losses> most = losses_in(cell.path, cell.result, length);
  if (!fs::exists(cell.path / "evaluations")) return most;
  std::set<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(cell.path / "evaluations")) folders.insert(entry.path());
  for (const fs::path& folder : folders) {
    const std::optional<cell_result> again = read_result(folder / "result.json");
    if (!again || again->corpus_sha256 != cell.result.corpus_sha256 || again->digest != cell.result.digest) continue;
    std::optional<measured_losses> found = losses_in(folder, *again, length);
    if (found && (!most || found->longer.values.size() > most->longer.values.size())) most = std::move(found);
  }
  return most;
}

}  // namespace

std::optional<measured_context> context_of(const curve& c, int length) {
  measured_context m{length, 0, c.cells.size(), {}};
  std::vector<std::vector<float>> seeds;
  for (const finished_cell& cell : c.cells) {
    const std::optional<measured_losses> losses = losses_of(cell, length);
    if (!losses) return std::nullopt;
    std::vector<float> gaps = context_gaps(losses->trained, losses->sliding, losses->stride).of(losses->longer);
    if (gaps.empty() || (!seeds.empty() && gaps.size() != seeds.front().size())) return std::nullopt;
    m.windows = losses->longer.shape[0];
    seeds.push_back(std::move(gaps));
  }
  const std::optional<context_used> used = find_context_used(seeds, length, c.train_length());
  if (!used) return std::nullopt;
  m.used = *used;
  return m;
}

int longest_context(const measurements& m, const curve& c) {
  int longest = c.train_length();
  for (const int length : m.lengths())
    if (length % c.train_length() == 0) longest = std::max(longest, length);
  return longest;
}

std::string context_text(const measurements& m) {
  text_grid rows{{"", "settles at", "resolved to", "gap after it", "beyond, up to", "rises from", "gap beyond"}};
  for (const curve& c : m.curves) {
    const std::optional<measured_context> trained = context_of(c, c.train_length());
    if (!trained) continue;
    const int longest = longest_context(m, c);
    const auto bits = [](const estimate& e) { return fmt::format("{:+.3f} ±{:.3f}", e.value, e.error); };
    std::vector<std::string> row{c.label, grouped(trained->used.settles_at),
                                 fmt::format("{:.3f}", trained->resolved_to()), bits(trained->after())};
    if (const std::optional<measured_context> beyond = context_of(c, longest); beyond && longest > c.train_length())
      row.insert(row.end(), {grouped(longest), beyond->used.rises_from ? grouped(*beyond->used.rises_from) : "not seen",
                             bits(beyond->beyond())});
    else
      row.insert(row.end(), {"-", "", ""});
    rows.push_back(std::move(row));
  }
  if (rows.size() == 1) return "";
  return fmt::format(
      "Bytes of context used: where loss by position stops falling, and from where beyond the training length it "
      "rises; gaps in bits per byte\n{}",
      drawn(rows));
}

}  // namespace lengthwise
