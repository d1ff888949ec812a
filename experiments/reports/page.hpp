// A study as one page of HTML that needs no network: tables, interactive curves, verdicts on claims, provenance.
#pragma once
#include <string>
#include <vector>

#include "experiments/causes/explanations.hpp"
#include "experiments/claims/verdicts.hpp"
#include "experiments/measured/measurements.hpp"

namespace lengthwise {

// The source of Chart.js, which Debian has. Throws io_error, with what to install, where it is not there.
std::string chart_library();

// What the page shows, as JSON: page/report.js reads it.
std::string page_data(const measurements&, const std::vector<verdict>&, const std::vector<explanation>&);

// The whole page, Chart.js among it. Throws io_error, saying what to install, where Chart.js is not there.
std::string page_text(const measurements&, const std::vector<verdict>&, const std::vector<explanation>&);

}  // namespace lengthwise
