// `lengthwise conformance`: vector files from anyone, checked in float and in double.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/conformance/conformance.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"
#include "experiments/command_line/command.hpp"
#include "experiments/terminal/output.hpp"

// The double build of core/conformance, whose namespace is another (cmake/floors.cmake). Its header cannot be included
// a second time, so what is used of it is said here; the linker finds a name that does not match.
namespace lengthwise_double {
struct conformance_error {
  std::string tensor;
  double relative;
};
struct conformance_report {
  std::string encoding, source;
  std::vector<conformance_error> errors;
};
conformance_report check_vector_file(const std::filesystem::path&);
}  // namespace lengthwise_double

namespace lengthwise {
namespace {

using json = nlohmann::ordered_json;
constexpr double float_tolerance = conformance_tolerance, double_tolerance = 1e-10;

struct tensor_result {
  std::string name;
  double in_float, in_double;
  // A comparison with a number that is not finite is false, as it should be.
  bool ok() const { return in_float <= float_tolerance && in_double <= double_tolerance; }
};
struct file_result {
  std::string path, encoding, source;
  std::vector<tensor_result> tensors;
  bool ok() const {
    for (const tensor_result& t : tensors)
      if (!t.ok()) return false;
    return true;
  }
};

file_result check_file(const std::string& path) {
  const conformance_report single = check_vector_file(path);  // refuses the file first, if it is to be refused
  file_result result{path, single.encoding, single.source, {}};
  try {
    const lengthwise_double::conformance_report wide = lengthwise_double::check_vector_file(path);
    for (std::size_t i = 0; i < single.errors.size(); ++i)
      result.tensors.push_back({single.errors[i].tensor, single.errors[i].relative, wide.errors.at(i).relative});
  } catch (const std::runtime_error& refused) {  // an error of the double build has the other namespace's type
    throw damaged_file(refused.what());
  }
  return result;
}

void print_text(const file_result& r) {
  show("{}: {} ({})\n", printable(r.path, 1000), printable(r.encoding), printable(r.source));
  for (const tensor_result& t : r.tensors)
    show("  {:<44} float {:8.1e}  double {:8.1e}{}\n", printable(t.name), t.in_float, t.in_double,
         t.ok() ? "" : "  OUT OF TOLERANCE");
}

json json_of(const file_result& r) {
  json tensors = json::array();
  const auto number = [](double x) { return std::isfinite(x) ? json(x) : json(nullptr); };
  for (const tensor_result& t : r.tensors)
    tensors.push_back(
        {{"name", t.name}, {"float", number(t.in_float)}, {"double", number(t.in_double)}, {"ok", t.ok()}});
  return {{"file", r.path}, {"encoding", r.encoding}, {"source", r.source}, {"ok", r.ok()}, {"tensors", tensors}};
}

int conformance(const arguments& a) {
  json files = json::array();
  int code = 0;
  const bool as_json = a.has("--json");
  for (const std::string& path : a.words) {
    try {
      const file_result r = check_file(path);
      if (!r.ok() && code == 0) code = 1;
      if (as_json)
        files.push_back(json_of(r));
      else
        print_text(r);
    } catch (const error& problem) {  // the other files are checked all the same
      code = code > 1 ? code : problem.exit_code();
      if (as_json) files.push_back({{"file", path}, {"ok", false}, {"problem", printable(problem.what(), 1000)}});
      std::fflush(stdout);
      tell("lengthwise: {}\n", printable(problem.what(), 1000));
    }
  }
  if (as_json)
    show("{}\n",
         json{{"float_tolerance", float_tolerance}, {"double_tolerance", double_tolerance}, {"files", files}}.dump(
             1, ' ', false, json::error_handler_t::replace));
  else if (code == 0)
    show("{} of {} files within tolerance: float {:g}, double {:g}\n", a.words.size(), a.words.size(), float_tolerance,
         double_tolerance);
  return code;
}

}  // namespace

command conformance_command() {
  return {"conformance",
          "FILE ...",
          "Check vector files against our encodings, in float and in double",
          "A vector file (safetensors) holds an attention problem or an input table with its answer, from any "
          "implementation;\n"
          "tests/reference/README.md says its format. Errors are relative to the size of each tensor. Exit status: 0 "
          "all within\n"
          "tolerance, 1 one is not, 2 an encoding or key that there is not, 4 a file that is damaged.\n\n"
          "Example:\n  lengthwise conformance tests/reference/vectors/*.safetensors",
          1,
          static_cast<std::size_t>(-1),
          {{"--json", "", "as JSON"}},
          conformance};
}

}  // namespace lengthwise
