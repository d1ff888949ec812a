#include "experiments/serving/study_pages.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "core/storage/errors.hpp"
#include "experiments/records/json_record.hpp"
#include "experiments/reports/page.hpp"
#include "experiments/serving/follow_page.hpp"

namespace lengthwise {
namespace {

constexpr const char *html = "text/html; charset=utf-8", *json_type = "application/json; charset=utf-8",
                     *script = "text/javascript; charset=utf-8";
// The page loads what is served here and asks for data here; a report carries all of it in itself.
constexpr const char *own_parts =
                         "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src "
                         "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                     *in_itself =
                         "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src "
                         "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

web_answer study_pages::operator()(std::string_view path) {
  if (path == "/") return {200, html, follow_page.html, own_parts};
  if (path == "/follow.js") return {200, script, follow_page.script};
  if (path == "/follow.css") return {200, "text/css; charset=utf-8", follow_page.css};
  if (path == "/chart.js") return {200, script, chart_library()};
  if (path == "/standing.json") return {200, json_type, standing_json(watch_.look())};
  if (path == "/curves.json") return {200, json_type, curves_json()};
  if (path == "/report") {
    const measurements raw = gather(folder_);
    return {200, html, page_text(by_view(raw), {}, explanations_of(raw)), in_itself};
  }
  return {404, "text/plain; charset=utf-8", "there is no such page\n"};
}

std::string study_pages::curves_json() {
  record_json all = record_json::array();
  for (const frozen_cell& c : read_study_folder(folder_).cells) {
    const std::filesystem::path cell = cell_path(folder_, c);
    if (std::filesystem::is_symlink(cell)) continue;
    followed_metrics& followed = curves_.try_emplace(c.folder, cell / "metrics.jsonl").first->second;
    followed.look();
    record_json losses = record_json::array(), validations = record_json::array();
    for (const metrics_line& m : followed.points()) {
      if (std::isfinite(m.loss)) losses.push_back({m.step, m.loss / std::numbers::ln2});
      if (m.validation_loss && std::isfinite(*m.validation_loss))
        validations.push_back({m.step, *m.validation_loss / std::numbers::ln2});
    }
    all.push_back({{"folder", c.folder}, {"training", losses}, {"validation", validations}});
  }
  return all.dump(-1, ' ', true, record_json::error_handler_t::replace);
}

}  // namespace lengthwise
