#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/product.hpp"
#include "core/text/corpus.hpp"
#include "experiments/answers/score_table.hpp"
#include "experiments/answers/use_table.hpp"
#include "experiments/causes/explanations.hpp"
#include "experiments/claims/verdicts.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/measured/measurements.hpp"
#include "experiments/overview/overview.hpp"
#include "experiments/overview/selection.hpp"
#include "experiments/overview/use_overview.hpp"
#include "experiments/reports/context_table.hpp"
#include "experiments/reports/figure.hpp"
#include "experiments/reports/page.hpp"
#include "experiments/reports/report_csv.hpp"
#include "experiments/reports/table.hpp"
#include "experiments/tensorboard/event_file.hpp"
#include "experiments/terminal/output.hpp"
#include "experiments/terminal/text_grid.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

struct text_product {
  std::string_view option;
  std::string (*text)(const measurements&);
};
constexpr std::array text_products{text_product{"--csv", csv_text}, text_product{"--means", means_csv},
                                   text_product{"--differences", differences_csv},
                                   text_product{"--context", context_csv}, text_product{"--use", use_csv}};

constexpr std::size_t screen_lines = 30, hint_lines = 2;

measurements selected(const arguments& a) {
  measurements m = gather(a.words.front());
  if (a.has("--evaluation")) m = select_evaluation(m, a.text("--evaluation"));
  for (const std::string& condition : a.texts("--where"))
    if (!condition.starts_with("view=")) m = select(m, condition);
  return a.has("--protocol") ? select_protocol(m, a.text("--protocol")) : m;
}
measurements by_selected_view(const measurements& raw, const arguments& a) {
  measurements m = by_view(raw);
  for (const std::string& condition : a.texts("--where"))
    if (condition.starts_with("view=")) m = select(m, condition);
  return m;
}

void print_overview(const measurements& m, const arguments& a) {
  const screen there = screen_of(STDOUT_FILENO);
  const auto print = [&](const measurements& part) {
    overview_options o{
        std::clamp<std::size_t>(there.columns, 60, 200), std::max(screen_lines, there.lines) - hint_lines, {}};
    if (a.has("--reference")) o.reference = curve_named(part, a.text("--reference"));
    // Where answers are known, they say more than perplexity.
    const std::string scores = score_text(part), answers = scores.empty() ? use_overview_text(part, o) : scores;
    show("{}", o.reference || answers.empty() ? overview_text(part, o) : answers);
  };
  if (!a.has("--by")) return print(m);
  const std::string key = key_meant(m, a.text("--by"));
  bool first = true;
  for (const std::string& value : values_of(m, key)) {
    show("{}{} = {}\n", first ? "" : "\n", key, printable(value));
    print(select(m, fmt::format("{}={}", key, value)));
    first = false;
  }
}

void print_tables(const measurements& m) {
  if (const std::string scores = score_text(m); !scores.empty()) show("{}\n", scores);
  show("{}", table_text(m));
  if (const std::string differences = difference_text(m); !differences.empty()) show("\n{}", differences);
  if (const std::string context = context_text(m); !context.empty()) show("\n{}", context);
  if (const std::string use = use_text(m); !use.empty()) show("\n{}", use);
}

std::vector<claim> claims_for(const arguments& a) {
  const fs::path own = fs::absolute(manifest_path()).parent_path().parent_path() / "configs" / "claims.toml";
  if (a.has("--claims")) return read_claims(a.text("--claims"));
  return fs::exists(own) ? read_claims(own) : std::vector<claim>();
}

figure_options figure_asked(const measurements& m, const arguments& a) {
  if (a.has("--highlight") && !a.has("--figure"))
    throw usage_error("--highlight is of a figure; say where to draw it: --figure FILE");
  figure_options o;
  for (const std::string& label : a.texts("--highlight")) o.highlighted.push_back(curve_named(m, label));
  if (a.has("--figure") && a.has("--reference")) o.reference = curve_named(m, a.text("--reference"));
  return o;
}

// The last lines: where there is more.
void print_hints(const measurements& m, bool has_explanations, const arguments& a) {
  const std::vector<std::string> further = a.has("--evaluation") ? std::vector<std::string>() : further_evaluations(m);
  if (!further.empty())
    show("{}", wrapped(fmt::format("evaluated afterwards, too: --evaluation '{}'{}", printable(further.front(), 200),
                                   further.size() == 1 ? "" : fmt::format(" and {} more", further.size() - 1)),
                       std::clamp<std::size_t>(screen_of(STDOUT_FILENO).columns, 60, 200)));
  show("--all shows everything{}; --html FILE writes a page with curves\n",
       has_explanations ? ", and why (lengthwise explain)" : "");
}

int report(const arguments& a) {
  const measurements raw = selected(a), m = by_selected_view(raw, a);
  const figure_options figure = figure_asked(m, a);
  const std::vector<explanation> explanations = explanations_of(raw);
  // Where standard output is a product, it is that and nothing else.
  bool taken = a.has("--html") && is_standard_output(a.text("--html"));
  for (const text_product& p : text_products)
    taken = taken || (a.has(p.option) && is_standard_output(a.text(p.option)));
  if (!taken && !a.has("--all")) {
    print_overview(m, a);
    print_hints(m, !explanations.empty(), a);
  } else if (!taken) {
    print_tables(m);
    if (const std::string why = conclusions_text(explanations); !why.empty()) show("\n{}", why);
  }
  const auto written = [&](const std::string& file) {
    if (!taken) show("written: {}\n", printable(file));
  };
  const auto write = [&](std::string_view option, const std::string& text) {
    write_product(a.text(option), text);
    written(a.text(option));
  };
  for (const text_product& p : text_products)
    if (a.has(p.option)) write(p.option, p.text(m));
  if (a.has("--html")) write("--html", page_text(m, judge(claims_for(a), raw), explanations));
  if (a.has("--tensorboard")) {
    write_event_files(raw, a.text("--tensorboard"));
    written(a.text("--tensorboard"));
  }
  if (a.has("--figure")) {
    draw_figure(m, a.text("--figure"), figure);
    written(a.text("--figure"));
  }
  return 0;
}

}  // namespace

command report_command() {
  return {
      "report",
      "DIR",
      "Print what a study found; write it as a page, as CSV, as a figure",
      "One table by fixed targets and a sentence a protocol; --all prints every table with its intervals, the\n"
      "paired differences and the context used. What is selected holds for files, too.\n\n"
      "Example:\n  lengthwise report runs/quickstart --html quickstart.html --csv quickstart.csv --figure "
      "quickstart.svg",
      1,
      1,
      {{"--all", "", "every protocol and length, with intervals, paired differences and the context used"},
       {"--evaluation", "NAME", "of what lengthwise evaluate measured afterwards: CELL/evaluations/NAME"},
       {"--protocol", "NAME", "of one protocol: non_overlapping, sliding, fixed_targets"},
       {"--where", "KEY=VALUE[,VALUE]", "of some cells: encoding.type=rope,alibi; may be said several times", false,
        true},
       {"--by", "KEY", "a table for each value of a key of the config"},
       {"--reference", "CURVE",
        "differences in bits per byte to this curve, paired by seed and target; the figure's, too"},
       {"--csv", "FILE",
        "CSV, one line a cell, length and protocol; FILE may be a pipe, a device or - (standard output)"},
       {"--means", "FILE",
        "CSV, one line an encoding, length and protocol: mean, deviation and 95 % interval over seeds"},
       {"--differences", "FILE",
        "CSV, one line a pair of encodings, length and protocol: differences paired by seed and target"},
       {"--context", "FILE",
        "CSV, one line an encoding and length: bytes of context used, and from where the loss rises again"},
       {"--use", "FILE",
        "CSV, one line an encoding, length, protocol and band of distances: how answers were given (recall)"},
       {"--html", "FILE",
        "one page that needs no network: tables, interactive curves, claims, provenance (needs libjs-chart.js)"},
       {"--claims", "FILE", "the claims that the page gives verdicts on (the project's configs/claims.toml)"},
       {"--figure", "FILE", "perplexity and loss by position, as .svg, .pdf or .png (needs gnuplot)"},
       {"--tensorboard", "DIR", "a folder a cell for TensorBoard: losses against steps, bits per byte against length"},
       {"--highlight", "CURVE", "of the figure: the others are grey; may be said several times", false, true}},
      report};
}

}  // namespace lengthwise
