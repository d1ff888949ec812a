#include "core/evaluation/evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/evaluation/window_losses.hpp"
#include "core/math/scalar.hpp"
#include "core/storage/errors.hpp"
#include "core/text/foreign_beginnings.hpp"
#include "core/text/text_batches.hpp"

namespace lengthwise {

std::vector<evaluation_window> windows_read(std::span<const token_id> text, const evaluate_config& c, protocol cut,
                                            int length, std::size_t left_out) {
  std::vector<std::size_t> lengths;
  for (const int each : c.lengths) lengths.push_back(static_cast<std::size_t>(each));
  std::vector<evaluation_window> windows =
      evaluation_windows_of(cut, text, lengths, static_cast<std::size_t>(c.stride), static_cast<std::size_t>(c.targets),
                            static_cast<std::size_t>(length));
  for (evaluation_window& w : windows) {
    if (w.first_scored < left_out)
      throw usage_error(
          fmt::format("evaluate.stride {} is longer than what the view reads of {} tokens", c.stride, length));
    w.start += left_out, w.first_scored -= left_out;
  }
  return windows;
}

namespace {

bool is_beyond(const transformer& model, const attention_places& places) {
  return furthest_position(places) >= model.positions().domain(model.extents());
}

// Losses and means of the sequences 0 .. count - 1 of a source, which are windows cut by their first `left_out` tokens.
// Returns for every position of every window whether the model was right.
std::vector<bool> score(const transformer& model, const attention_places& places, const batch_source& source,
                        std::size_t count, std::size_t left_out, processors p,
                        const std::function<void(double)>& progress, evaluation_result& result) {
  const std::size_t columns = left_out + static_cast<std::size_t>(places.time());
  result.windows = static_cast<int>(count);
  result.losses.assign(count * columns, std::numeric_limits<float>::quiet_NaN());
  std::vector<bool> all_right(result.losses.size());
  const position_tables tables = model.make_tables(places);
  workers pool(p.threads);
  double sum = 0, squares = 0;
  for_each_window_loss(
      model, tables, source, count, pool, p.together,
      [&](std::size_t window, std::size_t at, float loss, bool right) {
        result.losses[window * columns + left_out + at] = loss;
        all_right[window * columns + left_out + at] = right;
        sum += static_cast<double>(loss), squares += static_cast<double>(loss) * static_cast<double>(loss);
        ++result.targets;
      },
      [&](std::size_t done) {
        if (progress) progress(static_cast<double>(done) / static_cast<double>(count));
      });
  if (!std::isfinite(sum)) {
    result.status = evaluation_status::non_finite;
    return all_right;
  }
  const auto targets = static_cast<double>(result.targets);
  result.nll = sum / targets;
  // Of a mean of independent targets: neighbours are not quite, so this is a lower bound.
  result.nll_standard_error =
      targets > 1 ? std::sqrt(std::max(0.0, squares / targets - result.nll * result.nll) / (targets - 1)) : 0;
  const double root = math::exp(result.nll / 2);  // exp gives up a little before a double does
  result.perplexity = result.nll > 700 ? root * root : math::exp(result.nll);
  result.bits_per_byte = result.nll / std::numbers::ln2;
  return all_right;
}

}  // namespace

bool is_readable(const view& v, protocol cut, reading_extents x) {
  return cut != protocol::non_overlapping || (v.tokens(x) == x.time && !any_of(v.aspects(), view_aspects::text));
}

evaluation_result evaluate(const transformer& model, text_part text, const evaluate_config& c, evaluation_request asked,
                           processors p, const std::function<void(double)>& progress) {
  const view& reading = asked.reading == nullptr ? raw_view() : *asked.reading;
  const int length = asked.length;
  const reading_extents x{length, model.extents().train_length};
  evaluation_result result;
  result.length = length, result.protocol = asked.protocol, result.stride = c.stride;
  const attention_places places = reading.places(x);
  if (is_beyond(model, places)) {
    result.status = evaluation_status::out_of_domain;
    return result;
  }
  const auto columns = static_cast<std::size_t>(length), left_out = columns - static_cast<std::size_t>(places.time());
  const evaluation_batches own(text, windows_read(text.tokens, c, asked.protocol, length, left_out), left_out);
  const foreign_beginnings windows(own, text.tokens, reading.foreign_count(x, c.stride));
  result.places = places_of(text.tokens, own.windows());
  for (window_place& place : result.places) place.first -= left_out;
  const std::vector<bool> right = score(model, places, windows, own.count(), left_out, p, progress, result);
  if (text.distances.empty() || result.status != evaluation_status::ok) return result;
  if (result.targets == 0)
    throw data_error(
        fmt::format("no definition lies in a window of {} before its answer; choose longer lengths", length));
  for (std::size_t w = 0; w < own.count(); ++w)
    for (std::size_t at = own[w].first_scored; at < own[w].first_scored + own[w].scored; ++at)
      if (const std::uint32_t back = text.distances[own[w].start + at + 1]; back > 0) {
        const std::size_t i = w * columns + left_out + at;
        result.answers.push_back({w, left_out + at, back,
                                  !text.counts(own[w].start + at + 1, left_out + at + 1) ? answer_outcome::not_scored
                                  : right[i]                                             ? answer_outcome::right
                                                                                         : answer_outcome::wrong});
      }
  return result;
}

evaluation_result evaluate_items(const transformer& model, const batch_source& source, std::size_t count, int time,
                                 int length, const view& reading, processors p,
                                 const std::function<void(double)>& progress) {
  evaluation_result result;
  result.length = length, result.protocol = protocol::task;
  const attention_places places = reading.places({time, model.extents().train_length});
  if (places.time() != time)
    throw usage_error(fmt::format("view {} leaves out what an item says; choose another", reading.name()));
  if (is_beyond(model, places)) {
    result.status = evaluation_status::out_of_domain;
    return result;
  }
  const std::vector<bool> right = score(model, places, source, count, 0, p, progress, result);
  for (std::size_t item = 0; item < count; ++item) result.places.push_back({item, 0});
  if (result.status != evaluation_status::ok) return result;
  const auto columns = static_cast<std::size_t>(time);
  for (std::size_t i = 0; i < result.losses.size(); ++i)
    if (!std::isnan(result.losses[i]))
      result.answers.push_back({i / columns, i % columns, 0, right[i] ? answer_outcome::right : answer_outcome::wrong});
  return result;
}

std::unique_ptr<view> choose(const view& v, const transformer& model, text_part text, const evaluate_config& c,
                             int length, processors p, const std::function<void(double)>& progress) {
  std::unique_ptr<view> best = v.clone();
  double least = std::numeric_limits<double>::infinity();
  evaluate_config own = c;
  own.lengths = {length}, own.targets = std::min(c.targets, choice_targets);
  const std::span<const double> candidates = v.candidates();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    std::unique_ptr<view> tried = v.clone();
    bool known = false;
    tried->assign(v.chosen_key(), candidates[i], known);
    const evaluation_result r =
        evaluate(model, text, own, {length, protocol::fixed_targets, tried.get()}, p, [&](double share) {
          if (progress) progress((static_cast<double>(i) + share) / static_cast<double>(candidates.size()));
        });
    if (r.status == evaluation_status::ok && r.nll < least) least = r.nll, best = std::move(tried);
  }
  return best;
}

}  // namespace lengthwise
