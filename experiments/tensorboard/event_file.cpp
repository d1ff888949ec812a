#include "experiments/tensorboard/event_file.hpp"

#include <fmt/format.h>

#include <bit>
#include <boost/crc.hpp>
#include <fstream>

#include "core/storage/atomic_file.hpp"
#include "experiments/records/losses.hpp"
#include "experiments/records/metrics.hpp"
#include "experiments/sweeps/study.hpp"
#include "experiments/system/folder.hpp"

namespace lengthwise {

namespace fs = std::filesystem;

namespace {

template <class T>
void append(std::string& bytes, T value) {  // little-endian, as this machine is
  static_assert(std::endian::native == std::endian::little);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// CRC-32C, turned and shifted so that a checksum of bytes that hold checksums is no special case (tensorflow's
// record_writer).
std::uint32_t masked_checksum(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return std::rotr(static_cast<std::uint32_t>(crc.checksum()), 15) + 0xA282EAD8U;
}

// Protocol buffers: a field's number and kind, then its value.
enum class wire : unsigned { number = 0, eight_bytes = 1, text = 2, four_bytes = 5 };
void append_number(std::string& message, std::uint64_t value) {
  for (; value >= 128; value >>= 7) message += static_cast<char>(value % 128 | 128);
  message += static_cast<char>(value);
}
void append_key(std::string& message, unsigned field, wire kind) {
  append_number(message, field << 3 | static_cast<unsigned>(kind));
}
void append_text(std::string& message, unsigned field, std::string_view text) {
  append_key(message, field, wire::text);
  append_number(message, text.size());
  message += text;
}

}  // namespace

event_file::event_file() {
  std::string event;
  append_key(event, 1, wire::eight_bytes), append(event, 0.0);
  append_text(event, 3, "brain.Event:2");  // file_version
  frame(event);
}

void event_file::add(double seconds, std::int64_t step, std::string_view tag, double value) {
  std::string of_value, summary, event;
  append_text(of_value, 1, tag);
  append_key(of_value, 2, wire::four_bytes), append(of_value, static_cast<float>(value));  // simple_value
  append_text(summary, 1, of_value);
  append_key(event, 1, wire::eight_bytes), append(event, seconds);
  append_key(event, 2, wire::number), append_number(event, static_cast<std::uint64_t>(step));
  append_text(event, 5, summary);
  frame(event);
}

void event_file::frame(std::string_view event) {
  std::string length;
  append(length, static_cast<std::uint64_t>(event.size()));
  bytes_ += length;
  append(bytes_, masked_checksum(length));
  bytes_ += event;
  append(bytes_, masked_checksum(event));
}

void write_event_files(const measurements& m, const fs::path& into) {
  for (const curve& c : m.curves)
    for (const finished_cell& cell : c.cells) {
      event_file file;
      double seconds = 0;
      std::ifstream metrics(cell.path / "metrics.jsonl");
      for (std::string text; std::getline(metrics, text);)
        if (const std::optional<metrics_line> line = parse_metrics(text)) {
          seconds = line->seconds;
          file.add(seconds, line->step, "loss", line->loss);
          file.add(seconds, line->step, "tokens_per_second", line->tokens_per_second);
          if (line->validation_loss) file.add(seconds, line->step, "validation_loss", *line->validation_loss);
        }
      for (const evaluation_record& e : cell.result.evaluation)
        if (e.ok())
          file.add(seconds, e.length,
                   fmt::format("bits_per_byte/{}{}{}", name_of(e.protocol), e.extension == raw_extension ? "" : "-",
                               e.extension == raw_extension ? "" : e.extension),
                   e.bits_per_byte);
      const fs::path own = into / folder_name(cell.folder);
      make_folder(own);
      write_atomically(own / "events.out.tfevents.0.lengthwise", file.bytes());
    }
}

}  // namespace lengthwise
