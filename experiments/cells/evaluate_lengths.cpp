#include "experiments/cells/evaluate_lengths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/items/task_items.hpp"
#include "core/model/flops.hpp"
#include "core/storage/atomic_file.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "experiments/ranks/orders.hpp"
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
        if (is_readable(*v, cut, {c.window_of(length), c.train.length}))
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
  if (!r.answers.empty()) {
    std::vector<std::int64_t> rows;
    for (const known_answer& a : r.answers)
      rows.insert(rows.end(), {static_cast<std::int64_t>(a.window), static_cast<std::int64_t>(a.position), a.distance,
                               static_cast<std::int64_t>(a.outcome)});
    write_atomically(answers_file(folder, r.length, r.protocol, extension),
                     npy_bytes<std::int64_t>(rows, {r.answers.size(), 4}));
  }
  write_atomically(losses_file(folder, r.length, r.protocol, extension),
                   npy_bytes<float>(r.losses, {static_cast<std::size_t>(r.windows),
                                               r.losses.size() / static_cast<std::size_t>(r.windows)}));
}

using told_share = std::function<void(double)>;
std::unique_ptr<view> chosen_view(const view& v, const transformer& model, const corpus& text, const cell_config& c,
                                  int length, processors p, const told_share& heard) {
  if (c.corpus.is_task())
    throw usage_error(fmt::format("view {} chooses its {} on text, and a task has none; set view.{}.{}", v.name(),
                                  v.chosen_key(), v.name(), v.chosen_key()));
  return choose(v, model, text.part_of(text.validation()), c.evaluate, length, p, heard);
}
evaluation_result evaluate_one(const transformer& model, const corpus& text, const cell_config& c,
                               const evaluation_request& asked, processors p, const told_share& heard) {
  if (!c.corpus.is_task()) return evaluate(model, text.part_of(text.test()), c.evaluate, asked, p, heard);
  const task_items items(c.corpus.asked, item_part::test, asked.length);
  return evaluate_items(model, items, static_cast<std::size_t>(c.corpus.task.items), items.time(), asked.length,
                        *asked.reading, p, heard);
}

std::optional<item_scores> scores_of(const evaluation_result& r, const cell_config& c) {
  if (!c.corpus.is_task() || r.answers.empty()) return std::nullopt;
  item_scores s;
  s.guess_right = c.corpus.asked->guess();
  for (std::size_t i = 0; i < r.answers.size();) {
    const std::size_t item = r.answers[i].window;
    bool all = true;
    double guess = 1;
    for (; i < r.answers.size() && r.answers[i].window == item; ++i) {
      const bool is_right = r.answers[i].outcome == answer_outcome::right;
      all = all && is_right, s.right += is_right, ++s.answers, guess *= s.guess_right;
    }
    s.exact += all, ++s.items, s.guess_exact += guess;
  }
  s.guess_exact /= static_cast<double>(s.items);
  return s;
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
  const double windows =
      c.corpus.is_task() ? c.corpus.task.items : std::ceil(static_cast<double>(c.evaluate.targets) / scored);
  const int time = c.window_of(r.length);
  return windows * v->tokens({time, c.train.length}) * flops_per_token(c.model, time) / 3;
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

measured_reading measure(const transformer& model, const corpus& text, const cell_config& config, std::size_t index,
                         bool watch, processors p, const std::function<void(double)>& heard) {
  const asked_reading asked = readings_of(config).at(index);
  p.together.doing("the evaluation of length", asked.length);
  std::unique_ptr<view> v = config.view_named(asked.extension == raw_extension ? "raw" : asked.extension);
  measured_reading m;
  m.chosen_key = v->chosen_key();
  if (!m.chosen_key.empty()) {
    v = chosen_view(*v, model, text, config, asked.length, p, heard);
    m.chosen = value_of(*v, m.chosen_key);
  }
  const evaluation_request request{asked.length, asked.cut, v.get()};
  m.losses = evaluate_one(model, text, config, request, p, heard);
  if (watch && m.losses.status == evaluation_status::ok)
    m.attention = watch_attention(model, text.test(), config.evaluate, request, p, heard);
  return m;
}

std::vector<evaluation_record> evaluate_lengths(
    const transformer& model, const corpus& text, const cell_config& config, processors p, const fs::path& folder,
    std::vector<evaluation_record> done, observer& told,
    const std::function<void(const std::vector<evaluation_record>&)>& store) {
  make_folder(folder / "nll");
  make_folder(folder / "windows");
  if (config.evaluate.attention) make_folder(folder / "attention");
  const bool known_answers = config.corpus.is_recall() || config.corpus.is_task();
  if (known_answers) make_folder(folder / "answers");
  std::vector<evaluation_record> all;
  const double whole = work_of(config).evaluation;
  double before_this = 0, of_this = 0;
  const std::vector<asked_reading> readings = readings_of(config);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const asked_reading& asked = readings[i];
    before_this += of_this;
    of_this = work_of_reading(config, asked);
    const std::string& extension = asked.extension;
    const protocol cut = asked.cut;
    const int length = asked.length;
    const auto before = std::ranges::find_if(done, [&](const evaluation_record& e) {
      return e.length == length && e.protocol == cut && e.extension == extension;
    });
    const std::string watched = losses_file("", length, cut, extension).stem().string();
    const bool to_watch = config.evaluate.attention && !config.corpus.is_task() &&
                          !fs::exists(folder / "attention" / (watched + "-logits.npy"));
    if (before != done.end() && (!to_watch || before->status == evaluation_status::out_of_domain) &&
        (before->status == evaluation_status::out_of_domain ||
         (fs::exists(losses_file(folder, length, cut, extension)) && fs::exists(windows_file(folder, length, cut)) &&
          (!known_answers || fs::exists(answers_file(folder, length, cut, extension)))))) {
      all.push_back(*before);
      continue;
    }
    const bool raw = extension == raw_extension;
    const std::string what =
        fmt::format("evaluating {}, {}{}{}", length, name_of(cut), raw ? "" : ", ", raw ? "" : extension);
    const auto heard = [&](double share) {
      if (stop_requested(p.together))
        throw interrupted(
            "interrupted in the evaluation; the trained model is saved, run the same command again to go on");
      told.progress((before_this + share * of_this) / whole, what);
    };
    give(p.together, {order::kind::read, static_cast<std::int64_t>(i), to_watch ? "watch" : ""});
    const measured_reading m = measure(model, text, config, i, to_watch, p, heard);
    const evaluation_result& r = m.losses;
    if (!r.losses.empty()) write_losses(folder, r, extension);
    if (m.attention) write_attention(folder, watched, *m.attention);
    all.push_back({r.length, r.protocol, r.stride, extension, r.status, r.targets, r.nll, r.nll_standard_error,
                   r.perplexity, r.bits_per_byte, m.chosen_key, m.chosen, scores_of(r, config)});
    store(all);
  }
  return all;
}

}  // namespace lengthwise
