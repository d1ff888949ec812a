#include "core/evaluation/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/evaluation/window_losses.hpp"
#include "core/math/scalar.hpp"
#include "core/text/text_batches.hpp"

namespace lengthwise {

evaluation_result evaluate(const transformer& model, std::span<const token_id> text, const evaluate_config& c,
                           int length, protocol cut, int threads, const std::function<void(double)>& progress) {
  evaluation_result result;
  result.length = length, result.protocol = cut, result.stride = c.stride;
  if (length > model.positions().domain(model.extents())) {
    result.status = evaluation_status::out_of_domain;
    return result;
  }
  std::vector<std::size_t> lengths;
  for (const int each : c.lengths) lengths.push_back(static_cast<std::size_t>(each));
  const evaluation_batches windows(
      text, evaluation_windows_of(cut, text, lengths, static_cast<std::size_t>(c.stride),
                                  static_cast<std::size_t>(c.targets), static_cast<std::size_t>(length)));
  const auto columns = static_cast<std::size_t>(length);
  result.windows = static_cast<int>(windows.count());
  result.places = places_of(text, windows.windows());
  result.losses.assign(windows.count() * columns, std::numeric_limits<float>::quiet_NaN());
  const position_tables tables = model.make_tables(length);
  workers pool(threads);
  double sum = 0, squares = 0;
  for_each_window_loss(
      model, tables, windows, windows.count(), pool,
      [&](std::size_t window, std::size_t at, float loss) {
        result.losses[window * columns + at] = loss;
        sum += static_cast<double>(loss), squares += static_cast<double>(loss) * static_cast<double>(loss);
        ++result.targets;
      },
      [&](std::size_t done) {
        if (progress) progress(static_cast<double>(done) / static_cast<double>(windows.count()));
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

}  // namespace lengthwise
