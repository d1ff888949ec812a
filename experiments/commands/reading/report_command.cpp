#include <fmt/format.h>

#include "core/storage/atomic_file.hpp"
#include "core/text/corpus.hpp"
#include "experiments/claims/verdicts.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/measured/measurements.hpp"
#include "experiments/reports/context_table.hpp"
#include "experiments/reports/figure.hpp"
#include "experiments/reports/page.hpp"
#include "experiments/reports/report_csv.hpp"
#include "experiments/reports/table.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

int report(const arguments& a) {
  const measurements m = gather(a.words.front());
  fmt::print("{}", table_text(m));
  if (const std::string differences = difference_text(m); !differences.empty()) fmt::print("\n{}", differences);
  if (const std::string context = context_text(m); !context.empty()) fmt::print("\n{}", context);
  const auto write = [&](std::string_view option, std::string (*text)(const measurements&)) {
    if (!a.has(option)) return;
    write_atomically(a.text(option), text(m));
    fmt::print("written: {}\n", a.text(option));
  };
  write("--csv", csv_text);
  write("--means", means_csv);
  write("--differences", differences_csv);
  write("--context", context_csv);
  if (a.has("--html")) {
    const fs::path own = fs::absolute(manifest_path()).parent_path().parent_path() / "configs" / "claims.toml";
    const fs::path file = a.has("--claims") ? fs::path(a.text("--claims")) : own;
    std::vector<claim> claims;
    if (a.has("--claims") || fs::exists(file)) claims = read_claims(file);
    write_atomically(a.text("--html"), page_text(m, judge(claims, m)));
    fmt::print("written: {}\n", a.text("--html"));
  }
  if (a.has("--figure")) {
    draw_figure(m, a.text("--figure"));
    fmt::print("written: {}\n", a.text("--figure"));
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
          {{"--csv", "FILE", "CSV, one line a cell, length and protocol"},
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
