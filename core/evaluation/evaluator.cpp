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

bool is_readable(const view& v, protocol cut, reading_extents x) {
  return cut != protocol::non_overlapping || (v.tokens(x) == x.time && !any_of(v.aspects(), view_aspects::text));
}

evaluation_result evaluate(const transformer& model, std::span<const token_id> text, const evaluate_config& c,
                           evaluation_request asked, int threads, const std::function<void(double)>& progress) {
  static const std::unique_ptr<view> raw = make_view("raw");
  const view& reading = asked.reading == nullptr ? *raw : *asked.reading;
  const int length = asked.length;
  const reading_extents x{length, model.extents().train_length};
  evaluation_result result;
  result.length = length, result.protocol = asked.protocol, result.stride = c.stride;
  const attention_places places = reading.places(x);
  if (furthest_position(places) >= model.positions().domain(model.extents())) {
    result.status = evaluation_status::out_of_domain;
    return result;
  }
  const auto columns = static_cast<std::size_t>(length), left_out = columns - static_cast<std::size_t>(places.time());
  const evaluation_batches own(text, windows_read(text, c, asked.protocol, length, left_out));
  const foreign_beginnings windows(own, text, reading.foreign_count(x, c.stride));
  result.windows = static_cast<int>(own.count());
  result.places = places_of(text, own.windows());
  for (window_place& place : result.places) place.first -= left_out;
  result.losses.assign(own.count() * columns, std::numeric_limits<float>::quiet_NaN());
  const position_tables tables = model.make_tables(places);
  workers pool(threads);
  double sum = 0, squares = 0;
  for_each_window_loss(
      model, tables, windows, own.count(), pool,
      [&](std::size_t window, std::size_t at, float loss) {
        result.losses[window * columns + left_out + at] = loss;
        sum += static_cast<double>(loss), squares += static_cast<double>(loss) * static_cast<double>(loss);
        ++result.targets;
      },
      [&](std::size_t done) {
        if (progress) progress(static_cast<double>(done) / static_cast<double>(own.count()));
      });
  if (!std::isfinite(sum)) {
    result.status = evaluation_status::non_finite;
    return result;
  }
  const auto count = static_cast<double>(result.targets);
  result.nll = sum / count;
  // Of a mean of independent targets: neighbours are not quite, so this is a lower bound.
  result.nll_standard_error =
      count > 1 ? std::sqrt(std::max(0.0, squares / count - result.nll * result.nll) / (count - 1)) : 0;
  const double root = math::exp(result.nll / 2);  // exp gives up a little before a double does
  result.perplexity = result.nll > 700 ? root * root : math::exp(result.nll);
  result.bits_per_byte = result.nll / std::numbers::ln2;
  return result;
}

std::unique_ptr<view> choose(const view& v, const transformer& model, std::span<const token_id> text,
                             const evaluate_config& c, int length, int threads,
                             const std::function<void(double)>& progress) {
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
        evaluate(model, text, own, {length, protocol::fixed_targets, tried.get()}, threads, [&](double share) {
          if (progress) progress((static_cast<double>(i) + share) / static_cast<double>(candidates.size()));
        });
    if (r.status == evaluation_status::ok && r.nll < least) least = r.nll, best = std::move(tried);
  }
  return best;
}

}  // namespace lengthwise
