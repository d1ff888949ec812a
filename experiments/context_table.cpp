#include "experiments/context_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/storage/npy.hpp"
#include "experiments/context_gaps.hpp"
#include "experiments/evaluate_lengths.hpp"
#include "experiments/quantities.hpp"
#include "experiments/text_grid.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

std::optional<npy_array<float>> losses_of(const finished_cell& cell, int length, protocol cut) {
  const evaluation_record* e = find_record(cell.result, cut, length);
  const fs::path file = losses_file(cell.path / "nll", length, cut);
  if (e == nullptr || !e->ok() || !fs::exists(file)) return std::nullopt;
  npy_array<float> losses = read_npy<float>(file);
  if (losses.shape.size() != 2 || losses.shape[1] != static_cast<std::size_t>(length)) return std::nullopt;
  return losses;
}

}  // namespace

std::optional<measured_context> context_of(const curve& c, int length) {
  measured_context m{length, 0, c.cells.size(), {}};
  std::vector<std::vector<float>> seeds;
  for (const finished_cell& cell : c.cells) {
    const auto trained = losses_of(cell, c.train_length(), protocol::non_overlapping), sliding = losses_of(cell, c.train_length(), protocol::sliding),
               longer = losses_of(cell, length, protocol::non_overlapping);
    if (!trained || !sliding || !longer) return std::nullopt;
    std::vector<float> gaps = context_gaps(*trained, *sliding, find_record(cell.result, protocol::sliding, c.train_length())->stride).of(*longer);
    if (gaps.empty() || (!seeds.empty() && gaps.size() != seeds.front().size())) return std::nullopt;
    m.windows = longer->shape[0];
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
  text_grid rows{{"", "settles at", "resolved to", "beyond, up to", "rises from", "gap in bits"}};
  for (const curve& c : m.curves) {
    const std::optional<measured_context> trained = context_of(c, c.train_length());
    if (!trained) continue;
    const int longest = longest_context(m, c);
    std::vector<std::string> row{c.label, grouped(trained->used.settles_at), fmt::format("{:.3f}", trained->resolved_to())};
    if (const std::optional<measured_context> beyond = context_of(c, longest); beyond && longest > c.train_length())
      row.insert(row.end(), {grouped(longest), beyond->used.rises_from ? grouped(*beyond->used.rises_from) : "not seen",
                             fmt::format("{:+.3f} ±{:.3f}", beyond->beyond(), beyond->beyond_error())});
    else
      row.insert(row.end(), {"-", "", ""});
    rows.push_back(std::move(row));
  }
  if (rows.size() == 1) return "";
  return fmt::format("Bytes of context used: where loss by position stops falling, and from where beyond the training length it rises\n{}", drawn(rows));
}

}  // namespace lengthwise
