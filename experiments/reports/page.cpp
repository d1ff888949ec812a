#include "experiments/reports/page.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "experiments/reports/page_template.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

// Where Debian's libjs-chart.js and node-chart.js have it.
constexpr std::array chart_files{"/usr/share/javascript/chart.js/chart.min.js",
                                 "/usr/share/nodejs/chart.js/dist/chart.min.js"};

}  // namespace

std::string chart_library() {
  for (const fs::path file : chart_files) {
    std::error_code code;
    if (!fs::is_regular_file(file, code)) continue;
    const std::vector<std::byte> bytes = file_bytes(file);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  throw io_error("cannot write the page: Chart.js is not there; install it: apt-get install libjs-chart.js");
}

namespace {

// Text of an element of HTML.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string page_text(const measurements& m, const std::vector<verdict>& verdicts,
                      const std::vector<explanation>& explanations) {
  const auto part = [&](std::string_view name) -> std::string {
    if (name == "title") return escaped(printable(m.name)) + " - Lengthwise";
    if (name == "css") return report_page.css;
    if (name == "script") return report_page.script;
    if (name == "chart") return chart_library();
    return page_data(m, verdicts, explanations);
  };
  std::string page;
  std::string_view rest = report_page.html;
  for (std::size_t at = 0; (at = rest.find("{{")) != rest.npos;) {
    const std::size_t end = rest.find("}}", at);
    page += rest.substr(0, at);
    page += part(rest.substr(at + 2, end - at - 2));
    rest.remove_prefix(end + 2);
  }
  return page + std::string(rest);
}

}  // namespace lengthwise
