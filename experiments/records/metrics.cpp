#include "experiments/records/metrics.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "experiments/records/json_record.hpp"

namespace lengthwise {
namespace {

constexpr std::string_view line_begin = "{\"step\":";

// The bytes of all whole lines up to that of `last_step`.
std::size_t whole_lines(std::string_view text, int last_step) {
  std::size_t end = 0;
  for (std::size_t begin = 0, newline = 0; (newline = text.find('\n', begin)) != text.npos; begin = newline + 1) {
    const std::string_view line = text.substr(begin, newline - begin);
    int step = 0;
    if (!line.starts_with(line_begin) || !line.ends_with('}')) break;
    if (std::from_chars(line.data() + line_begin.size(), line.data() + line.size(), step).ec != std::errc() ||
        step > last_step)
      break;
    end = newline + 1;
  }
  return end;
}

}  // namespace

std::optional<metrics_line> parse_metrics(std::string_view line) {
  try {
    const record_json j = checked_json(line);
    metrics_line m{whole<int>(j.at("step"), 0), number(j.at("loss")), number(j.at("seconds")),
                   number(j.at("tokens_per_second")), std::nullopt};
    if (const auto validation = j.find("validation_loss"); validation != j.end())
      m.validation_loss = number(*validation);
    return m;
  } catch (const record_json::exception&) {
    return std::nullopt;
  } catch (const wrong_value&) {
    return std::nullopt;
  }
}

std::optional<metrics_line> last_line(const std::filesystem::path& file) {
  constexpr std::streamoff most = 4096;  // of the file's end: a line has about 150
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return std::nullopt;
  const std::streamoff size = in.tellg();
  in.seekg(std::max<std::streamoff>(0, size - most));
  std::optional<metrics_line> last;
  for (std::string line; std::getline(in, line);)
    if (std::optional<metrics_line> found = in.eof() ? std::nullopt : parse_metrics(line)) last = found;
  return last;
}

metrics_file::metrics_file(const std::filesystem::path& where, int last_step)
    : path(where), file(::open(where.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644)) {
  if (file < 0) fail();
  const std::vector<std::byte> bytes = file_bytes(where);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (const std::size_t keep = whole_lines(text, last_step);
      keep < text.size() && ::ftruncate(file, static_cast<off_t>(keep)) != 0)
    fail();
}
metrics_file::~metrics_file() { ::close(file); }

void metrics_file::append(const step_record& r, std::optional<double> validation_loss, double seconds,
                          double tokens_per_second) {
  const std::string validation = validation_loss ? fmt::format(",\"validation_loss\":{}", *validation_loss) : "";
  const std::string line = fmt::format(
      "{}{},\"loss\":{},\"rate\":{},\"gradient_norm\":{}{},\"seconds\":{:.3f},\"tokens_per_second\":{:.0f}}}\n",
      line_begin, r.step, r.loss, r.rate, r.gradient_norm, validation, seconds, tokens_per_second);
  if (::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) fail();
}

void metrics_file::sync() {
  if (::fdatasync(file) != 0) fail();
}

void metrics_file::fail() const {
  throw io_error(fmt::format("cannot write {}: {}; free some space, then run the same command again",
                             printable(path.string()), std::generic_category().message(errno)));
}

}  // namespace lengthwise
