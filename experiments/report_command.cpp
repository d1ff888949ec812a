#include <fmt/format.h>

#include "core/storage/atomic_file.hpp"
#include "experiments/command.hpp"
#include "experiments/differences.hpp"
#include "experiments/figure.hpp"
#include "experiments/measurements.hpp"
#include "experiments/report_csv.hpp"
#include "experiments/table.hpp"

namespace lengthwise {
namespace {

int report(const arguments& a) {
  const measurements m = gather(a.words.front());
  fmt::print("{}", table_text(m));
  if (const std::string differences = difference_text(m); !differences.empty()) fmt::print("\n{}", differences);
  const auto write = [&](std::string_view option, std::string (*text)(const measurements&)) {
    if (!a.has(option)) return;
    write_atomically(a.text(option), text(m));
    fmt::print("written: {}\n", a.text(option));
  };
  write("--csv", csv_text);
  write("--means", means_csv);
  write("--differences", differences_csv);
  if (a.has("--figure")) {
    draw_figure(m, a.text("--figure"));
    fmt::print("written: {}\n", a.text("--figure"));
  }
  return 0;
}

}  // namespace

command report_command() {
  return {"report", "DIR", "Print a study's tables; write its numbers as CSV, its curves as a figure",
          "Example:\n  lengthwise report runs/quickstart --csv quickstart.csv --figure quickstart.svg", 1, 1,
          {{"--csv", "FILE", "CSV, one line a cell, length and protocol"},
           {"--means", "FILE", "CSV, one line an encoding, length and protocol: mean, deviation and 95 % interval over seeds"},
           {"--differences", "FILE", "CSV, one line a pair of encodings, length and protocol: differences paired by seed and target"},
           {"--figure", "FILE", "perplexity and loss by position, as .svg, .pdf or .png (needs gnuplot)"}},
          report};
}

}  // namespace lengthwise
