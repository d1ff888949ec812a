#include "experiments/cells/evaluate_lengths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/evaluation/attention_record.hpp"
#include "core/model/flops.hpp"
#include "core/storage/atomic_file.hpp"
#include "core/storage/npy.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/system/folder.hpp"
#include "experiments/system/interruption.hpp"
#include "experiments/texts/text_source.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

struct asked_reading {
  std::string extension;
  protocol cut;
  int length;
};

// Raw comes first, and then what is compared with it.
std::vector<asked_reading> readings_of(const cell_config& c) {
  std::vector<asked_reading> all;
  for (const std::string& name : c.evaluate.views) {
    const std::unique_ptr<view> v = c.view_named(name);
    if (!view_problem(*v, *c.encoding_at_end()).empty()) continue;
    for (const protocol cut : c.evaluate.protocols)
      for (const int length : c.evaluate.lengths)
        if (is_readable(*v, cut, {length, c.train.length}))
          all.push_back({name == "raw" ? std::string(raw_extension) : name, cut, length});
  }
  std::stable_partition(all.begin(), all.end(), [](const asked_reading& r) { return r.extension == raw_extension; });
  return all;
}

void write_losses(const fs::path& folder, const evaluation_result& r, std::string_view extension) {
  std::vector<std::int64_t> where;
  for (const window_place& w : r.places)
    where.insert(where.end(), {static_cast<std::int64_t>(w.document), static_cast<std::int64_t>(w.first)});
  write_atomically(windows_file(folder, r.length, r.protocol), npy_bytes<std::int64_t>(where, {r.places.size(), 2}));
  write_atomically(
      losses_file(folder, r.length, r.protocol, extension),
      npy_bytes<float>(r.losses, {static_cast<std::size_t>(r.windows), static_cast<std::size_t>(r.length)}));
}

// Beside the losses: facts [layers, heads, 6] and mean logits by distance [layers, heads, bands] (docs/results.md).
void write_attention(const fs::path& folder, const std::string& name, const attention_record& r) {
  const auto layers = static_cast<std::size_t>(r.layers), heads = static_cast<std::size_t>(r.heads);
  write_atomically(folder / "attention" / fmt::format("{}.npy", name),
                   npy_bytes<double>(r.facts, {layers, heads, attention_facts}));
  write_atomically(folder / "attention" / fmt::format("{}-logits.npy", name),
                   npy_bytes<double>(r.logits, {layers, heads, distance_bands}));
}

// Targets that no text was looked at for: one that is shorter has fewer at every length.
double work_of_reading(const cell_config& c, const asked_reading& r) {
  const std::unique_ptr<view> v = c.view_named(r.extension == raw_extension ? "raw" : r.extension);
  const int scored = r.cut == protocol::non_overlapping ? r.length : std::min(c.evaluate.stride, r.length);
  const double windows = std::ceil(static_cast<double>(c.evaluate.targets) / scored);
  return windows * v->tokens({r.length, c.train.length}) * flops_per_token(c.model, r.length) / 3;
}

double value_of(const view& v, std::string_view key) {
  for (const view* part : v.parts())
    for (const named_value& option : part->options())
      if (option.name == key && std::holds_alternative<double>(option.value)) return std::get<double>(option.value);
  return 0;
}

}  // namespace

cell_work work_of(const cell_config& c) {
  cell_work work{flops_per_token(c.model, c.train.length) * c.train.batch * c.train.length * c.train.steps, 0};
  for (const asked_reading& r : readings_of(c)) work.evaluation += work_of_reading(c, r);
  return work;
}

std::size_t readings_asked(const cell_config& c) { return readings_of(c).size(); }

std::vector<evaluation_record> evaluate_lengths(
    const transformer& model, const corpus& text, const cell_config& config, int threads, const fs::path& folder,
    std::vector<evaluation_record> done, observer& told,
    const std::function<void(const std::vector<evaluation_record>&)>& store) {
  make_folder(folder / "nll");
  make_folder(folder / "windows");
  if (config.evaluate.attention) make_folder(folder / "attention");
  std::vector<evaluation_record> all;
  const double whole = work_of(config).evaluation;
  double before_this = 0, of_this = 0;
  for (const asked_reading& asked : readings_of(config)) {
    before_this += of_this;
    of_this = work_of_reading(config, asked);
    const std::string& extension = asked.extension;
    const protocol cut = asked.cut;
    const int length = asked.length;
    const auto before = std::ranges::find_if(done, [&](const evaluation_record& e) {
      return e.length == length && e.protocol == cut && e.extension == extension;
    });
    const std::string watched = losses_file("", length, cut, extension).stem().string();
    const bool to_watch = config.evaluate.attention && !fs::exists(folder / "attention" / (watched + "-logits.npy"));
    if (before != done.end() && (!to_watch || before->status == evaluation_status::out_of_domain) &&
        (before->status == evaluation_status::out_of_domain ||
         (fs::exists(losses_file(folder, length, cut, extension)) && fs::exists(windows_file(folder, length, cut))))) {
      all.push_back(*before);
      continue;
    }
    const bool raw = extension == raw_extension;
    const std::string what =
        fmt::format("evaluating {} bytes, {}{}{}", length, name_of(cut), raw ? "" : ", ", raw ? "" : extension);
    const auto heard = [&](double share) {
      if (interruption_requested())
        throw interrupted(
            "interrupted in the evaluation; the trained model is saved, run the same command again to go on");
      told.progress((before_this + share * of_this) / whole, what);
    };
    std::unique_ptr<view> v = config.view_named(raw ? "raw" : extension);
    const std::string open(v->chosen_key());
    if (!open.empty()) v = choose(*v, model, text.validation(), config.evaluate, length, threads, heard);
    const evaluation_result r = evaluate(model, text.test(), config.evaluate, {length, cut, v.get()}, threads, heard);
    if (!r.losses.empty()) write_losses(folder, r, extension);
    if (to_watch && r.status == evaluation_status::ok)
      write_attention(folder, watched,
                      watch_attention(model, text.test(), config.evaluate, {length, cut, v.get()}, threads, heard));
    all.push_back({r.length, r.protocol, r.stride, extension, r.status, r.targets, r.nll, r.nll_standard_error,
                   r.perplexity, r.bits_per_byte, open, open.empty() ? 0 : value_of(*v, open)});
    store(all);
  }
  return all;
}

}  // namespace lengthwise
