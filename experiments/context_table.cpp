#include "experiments/context_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/npy.hpp"
#include "experiments/evaluate_lengths.hpp"
#include "experiments/quantities.hpp"
#include "experiments/text_grid.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

std::string settles_text(const context_used& c) {
  if (!c.settles_at) return "falls to the end ";
  return *c.settles_at == 1 ? "no fall seen " : grouped(*c.settles_at) + ' ';
}
std::string rises_text(const context_used& c) { return c.rises_from ? grouped(*c.rises_from) + ' ' : "not seen "; }

}  // namespace

std::optional<measured_context> context_of(const curve& c, int length) {
  measured_context m{length, 0, c.cells.size(), {}};
  std::vector<std::vector<float>> seeds;
  for (const finished_cell& cell : c.cells) {
    const evaluation_record* e = find_record(cell.result, protocol::non_overlapping, length);
    const fs::path file = losses_file(cell.path / "nll", length, protocol::non_overlapping);
    if (e == nullptr || !e->ok() || !fs::exists(file)) return std::nullopt;
    npy_array<float> losses = read_npy<float>(file);
    if (losses.shape.size() != 2 || losses.shape[1] != static_cast<std::size_t>(length)) return std::nullopt;
    if (!seeds.empty() && losses.values.size() != seeds.front().size()) return std::nullopt;
    m.windows = losses.shape[0];
    seeds.push_back(std::move(losses.values));
  }
  const std::optional<context_used> used = find_context_used(seeds, length, c.train_length());
  if (!used) return std::nullopt;
  m.used = *used;
  return m;
}

std::vector<int> context_lengths(const measurements& m, const curve& c) {
  const std::vector<int> all = m.lengths();
  std::vector<int> lengths;
  if (std::ranges::find(all, c.train_length()) != all.end()) lengths.push_back(c.train_length());
  if (!all.empty() && all.back() != c.train_length()) lengths.push_back(all.back());
  return lengths;
}

std::string context_text(const measurements& m) {
  text_grid rows{{"evaluated at", "", "settles at ", "rises from ", "bits per byte ", "resolved to ", "windows"}};
  bool any = false;
  for (const curve& c : m.curves)
    for (const int length : context_lengths(m, c)) {
      const bool trained = length == c.train_length();
      std::vector<std::string> row{trained || context_lengths(m, c).size() == 1 ? c.label : "", fmt::format("{}{}", length, trained ? " (trained)" : "")};
      if (const std::optional<measured_context> found = context_of(c, length)) {
        any = true;
        row.insert(row.end(), {settles_text(found->used), rises_text(found->used), fmt::format("{:.3f} ", found->bits()),
                               fmt::format("{:.3f} ", found->bits_resolved()), grouped(static_cast<double>(found->windows))});
      } else {
        const bool beyond = summarize(c, protocol::non_overlapping, length, quantity::bits_per_byte).status == evaluation_status::out_of_domain;
        row.insert(row.end(), {beyond ? "out of domain" : "- ", "", "", "", ""});
      }
      rows.push_back(std::move(row));
    }
  if (!any) return "";
  return fmt::format("Bytes of context used, {}: where the loss by position settles, and from where it rises above that\n{}", name_of(protocol::non_overlapping), drawn(rows));
}

}  // namespace lengthwise
