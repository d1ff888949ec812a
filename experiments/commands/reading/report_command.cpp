#include <fmt/format.h>

#include <array>

#include "core/storage/printable.hpp"
#include "core/storage/product.hpp"
#include "core/text/corpus.hpp"
#include "experiments/causes/explanations.hpp"
#include "experiments/claims/verdicts.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/measured/measurements.hpp"
#include "experiments/reports/context_table.hpp"
#include "experiments/reports/figure.hpp"
#include "experiments/reports/page.hpp"
#include "experiments/reports/report_csv.hpp"
#include "experiments/reports/table.hpp"
#include "experiments/terminal/output.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

struct text_product {
  std::string_view option;
  std::string (*text)(const measurements&);
};
constexpr std::array text_products{text_product{"--csv", csv_text}, text_product{"--means", means_csv},
                                   text_product{"--differences", differences_csv},
                                   text_product{"--context", context_csv}};

void print_tables(const measurements& m) {
  show("{}", table_text(m));
  if (const std::string differences = difference_text(m); !differences.empty()) show("\n{}", differences);
  if (const std::string context = context_text(m); !context.empty()) show("\n{}", context);
}

std::vector<claim> claims_for(const arguments& a) {
  const fs::path own = fs::absolute(manifest_path()).parent_path().parent_path() / "configs" / "claims.toml";
  if (a.has("--claims")) return read_claims(a.text("--claims"));
  return fs::exists(own) ? read_claims(own) : std::vector<claim>();
}

int report(const arguments& a) {
  const measurements raw = gather(a.words.front()), m = by_view(raw);
  const std::vector<explanation> explanations = explanations_of(raw);
  // Where standard output is a product, it is that and nothing else.
  bool taken = a.has("--html") && is_standard_output(a.text("--html"));
  for (const text_product& p : text_products)
    taken = taken || (a.has(p.option) && is_standard_output(a.text(p.option)));
  if (!taken) {
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
  if (a.has("--figure")) {
    draw_figure(m, a.text("--figure"));
    written(a.text("--figure"));
  }
  return 0;
}

}  // namespace

command report_command() {
  return {"report",
          "DIR",
          "Print a study's tables; write them as a page, as CSV, as a figure",
          "Example:\n  lengthwise report runs/quickstart --html quickstart.html --csv quickstart.csv --figure "
          "quickstart.svg",
          1,
          1,
          {{"--csv", "FILE",
            "CSV, one line a cell, length and protocol; FILE may be a pipe, a device or - (standard output)"},
           {"--means", "FILE",
            "CSV, one line an encoding, length and protocol: mean, deviation and 95 % interval over seeds"},
           {"--differences", "FILE",
            "CSV, one line a pair of encodings, length and protocol: differences paired by seed and target"},
           {"--context", "FILE",
            "CSV, one line an encoding and length: bytes of context used, and from where the loss rises again"},
           {"--html", "FILE",
            "one page that needs no network: tables, interactive curves, claims, provenance (needs libjs-chart.js)"},
           {"--claims", "FILE", "the claims that the page gives verdicts on (the project's configs/claims.toml)"},
           {"--figure", "FILE", "perplexity and loss by position, as .svg, .pdf or .png (needs gnuplot)"}},
          report};
}

}  // namespace lengthwise
