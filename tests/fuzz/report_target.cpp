// A results folder as a whole, as report, verify and status see it. The input is JSON: an object of files by their
// names, each a text, another JSON value, or for .npy a list of rows. Whatever they say, what is shown has no control
// characters and nothing is written.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/storage/errors.hpp"
#include "core/storage/npy.hpp"
#include "core/storage/printable.hpp"
#include "experiments/cells/cell_folder.hpp"
#include "experiments/claims/verdicts.hpp"
#include "experiments/measured/differences.hpp"
#include "experiments/records/study_folder.hpp"
#include "experiments/reports/context_table.hpp"
#include "experiments/reports/page.hpp"
#include "experiments/reports/report_csv.hpp"
#include "experiments/reports/table.hpp"
#include "tests/fuzz/target.hpp"

namespace lengthwise::testing {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

void demand_shown(std::string_view text) { demand(printable_lines(text) == text, "text that can be shown"); }

// A list of rows as .npy: where windows lie in whole numbers, losses in floats.
template <class T>
std::string npy_text(const json& rows) {
  std::vector<T> values;
  std::size_t columns = 0, count = 0;
  for (const json& row : rows) {
    ++count;
    columns = row.is_array() ? row.size() : 0;
    for (const json& v : row)
      values.push_back(v.is_number() ? static_cast<T>(std::clamp(v.get<double>(), -1e9, 1e9)) : T(0));
  }
  if (count * columns != values.size()) return "";
  const std::vector<std::byte> bytes = npy_bytes<T>(values, {count, columns});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string contents_of(const fs::path& name, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (name.extension() != ".npy" || !value.is_array())
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  return name.parent_path().filename() == "windows" ? npy_text<std::int64_t>(value) : npy_text<float>(value);
}

// The folder, removed at the end; a folder in memory where there is one.
struct results_folder {
  fs::path path;
  std::size_t files = 0;
  explicit results_folder(const json& all) {
    std::string pattern = (fs::exists("/dev/shm") ? "/dev/shm" : "/tmp") + std::string("/lengthwise-fuzz-XXXXXX");
    demand(::mkdtemp(pattern.data()) != nullptr, "a folder");
    path = pattern;
    for (const auto& [name, value] : all.items()) {
      const fs::path inside = fs::path(name).lexically_normal();
      if (inside.empty() || inside.is_absolute() || *inside.begin() == ".." || name.size() > 200 ||
          name.find('\0') != name.npos)
        continue;
      std::error_code code;
      fs::create_directories((path / inside).parent_path(), code);
      if (code || fs::is_directory(path / inside, code)) continue;
      std::ofstream(path / inside, std::ios::binary) << contents_of(inside, value);
    }
    files = count();
  }
  ~results_folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::size_t count() const {
    std::size_t n = 0;
    for (fs::recursive_directory_iterator at(path), end; at != end; ++at) ++n;
    return n;
  }
};

}  // namespace

bool read(std::span<const std::byte> bytes) {
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const json all = json::parse(text, text + bytes.size(), nullptr, false);
  if (!all.is_object()) return false;
  const results_folder folder(all);
  bool taken = false;
  try {
    for (const frozen_cell& c : read_study_folder(folder.path).cells)
      demand_shown(state_of_cell(cell_path(folder.path, c)).detail.shown());
    const measurements m = gather(folder.path);
    demand_shown(table_text(m));
    demand_shown(difference_text(m));
    demand_shown(context_text(m));
    for (const auto csv : {csv_text, means_csv, differences_csv, context_csv}) demand(!csv(m).empty(), "a heading");
    std::vector<claim> claims;
    if (fs::exists(folder.path / "claims.toml")) claims = read_claims(folder.path / "claims.toml");
    const std::vector<verdict> verdicts = judge(claims, m);
    demand_shown(verdicts_text(verdicts));
    const std::string page = page_data(m, verdicts, explanations_of(m));
    demand_shown(page);
    demand(page.find('<') == page.npos && json::accept(page), "JSON without markup");
    taken = true;
  } catch (const error& refusal) {
    demand_readable(refusal.what());
  }
  demand(folder.count() == folder.files, "nothing is written");
  return taken;
}

}  // namespace lengthwise::testing
