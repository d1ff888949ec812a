#include "core/storage/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/printable.hpp"
#include "core/storage/sha256.hpp"

namespace lengthwise {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian, and so is this code");

constexpr std::size_t length_field = 8;              // the header's length, little-endian
constexpr std::size_t longest_header = 100'000'000;  // the format's own limit
constexpr std::size_t digest_digits = 64;
constexpr std::string_view metadata_key = "__metadata__";
constexpr std::string_view marker_key = "checksums";
constexpr std::string_view digest_key = "sha256";  // and "sha256:NAME" for each array

// A header with checksums begins with exactly this text, so the file's digest stands at a fixed place.
constexpr std::string_view checksum_opening = R"({"__metadata__":{"checksums":"sha256","sha256":")";

struct dtype_entry {
  dtype type;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<dtype_entry, 13> dtypes{{{dtype::boolean, "BOOL", 1},
                                              {dtype::u8, "U8", 1},
                                              {dtype::i8, "I8", 1},
                                              {dtype::u16, "U16", 2},
                                              {dtype::i16, "I16", 2},
                                              {dtype::f16, "F16", 2},
                                              {dtype::bf16, "BF16", 2},
                                              {dtype::u32, "U32", 4},
                                              {dtype::i32, "I32", 4},
                                              {dtype::f32, "F32", 4},
                                              {dtype::u64, "U64", 8},
                                              {dtype::i64, "I64", 8},
                                              {dtype::f64, "F64", 8}}};

const dtype_entry& entry_of(dtype type) { return dtypes.at(static_cast<std::size_t>(type)); }

std::optional<dtype> dtype_named(std::string_view name) {
  const auto found = std::ranges::find(dtypes, name, &dtype_entry::name);
  return found == dtypes.end() ? std::nullopt : std::optional(found->type);
}

std::string tensor_digest_key(std::string_view tensor) { return fmt::format("{}:{}", digest_key, tensor); }

bool is_checksum_key(std::string_view key) {
  return key == marker_key || key == digest_key || key.starts_with(tensor_digest_key(""));
}

// Bytes of an array of this shape; nothing when a length is negative or the product does not fit.
std::optional<std::size_t> byte_count(dtype type, const std::vector<std::int64_t>& shape) {
  std::size_t count = size_of(type);
  for (const std::int64_t length : shape) {
    if (length < 0) return std::nullopt;
    if (__builtin_mul_overflow(count, static_cast<std::size_t>(length), &count)) return std::nullopt;
  }
  return count;
}

void append(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// The digest of a file with checksums, taken with zeros in its own place.
std::string file_digest(std::span<const std::byte> file) {
  constexpr std::size_t place = length_field + checksum_opening.size();
  static const std::string zeros(digest_digits, '0');
  sha256 running;
  running.update(file.first(place));
  running.update(std::as_bytes(std::span(zeros)));
  running.update(file.subspan(place + digest_digits));
  return running.hex();
}

// ---- Reading

using nlohmann::json;

struct reason : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class... Values>
void require(bool holds, fmt::format_string<Values...> text, Values&&... values) {
  if (!holds) throw reason(fmt::format(text, std::forward<Values>(values)...));
}

// The header as JSON. The parser itself neither limits depth nor minds a key given twice.
json parsed_header(std::string_view text) {
  require(text.starts_with('{'), "its header does not begin with '{{'");
  constexpr std::size_t deepest = 3;  // file, array, shape
  std::size_t depth = 0;
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int, json::parse_event_t event, json& parsed) {
    using kind = json::parse_event_t;
    if (event == kind::object_start) keys.emplace_back();
    if (event == kind::object_end) keys.pop_back();
    if (event == kind::object_start || event == kind::array_start)
      require(++depth <= deepest, "its header is nested too deeply");
    if (event == kind::object_end || event == kind::array_end) --depth;
    if (event == kind::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      require(keys.back().insert(name).second, "its header names '{}' twice", name);
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::exception& problem) {
    throw reason(fmt::format("its header is not JSON ({})", problem.what()));
  }
}

std::map<std::string, std::string> parsed_metadata(const json& header) {
  std::map<std::string, std::string> metadata;
  const auto found = header.find(metadata_key);
  if (found == header.end()) return metadata;
  require(found->is_object(), "its metadata are not an object");
  for (const auto& [key, value] : found->items()) {
    require(value.is_string(), "its metadata '{}' is not text", key);
    metadata.emplace(key, value.get<std::string>());
  }
  return metadata;
}

struct placed_tensor {
  tensor_record record;
  std::uint64_t begin, end;
};

placed_tensor parsed_entry(const std::string& name, const json& entry) {
  require(entry.is_object() && entry.size() == 3 && entry.contains("dtype") && entry.contains("shape") &&
              entry.contains("data_offsets"),
          "tensor '{}' does not have exactly dtype, shape and data_offsets", name);
  placed_tensor tensor{};
  tensor.record.name = name;

  const json& type = entry["dtype"];
  const auto known = type.is_string() ? dtype_named(type.get_ref<const std::string&>()) : std::nullopt;
  require(known.has_value(), "tensor '{}' has the unknown dtype {}", name, type.dump());
  tensor.record.type = *known;

  require(entry["shape"].is_array(), "the shape of tensor '{}' is not a list", name);
  for (const json& length : entry["shape"]) {
    constexpr auto longest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    require(length.is_number_unsigned() && length.get<std::uint64_t>() <= longest,
            "the shape of tensor '{}' has the length {}", name, length.dump());
    tensor.record.shape.push_back(length.get<std::int64_t>());
  }

  const json& offsets = entry["data_offsets"];
  require(
      offsets.is_array() && offsets.size() == 2 && offsets[0].is_number_unsigned() && offsets[1].is_number_unsigned(),
      "the data_offsets of tensor '{}' are not two numbers", name);
  tensor.begin = offsets[0].get<std::uint64_t>();
  tensor.end = offsets[1].get<std::uint64_t>();
  require(tensor.begin <= tensor.end, "tensor '{}' ends before it begins", name);

  const auto size = byte_count(tensor.record.type, tensor.record.shape);
  require(size.has_value(), "the shape of tensor '{}' is too large", name);
  require(tensor.end - tensor.begin == *size, "tensor '{}' has {} bytes where its shape needs {}", name,
          tensor.end - tensor.begin, *size);
  return tensor;
}

void verify_checksums(std::span<const std::byte> file, std::string_view header, const safetensors& contents) {
  require(header.starts_with(checksum_opening) && header.size() >= checksum_opening.size() + digest_digits,
          "its checksums are not where they were written");
  std::size_t expected_keys = 2;
  for (const tensor_record& tensor : contents.tensors) {
    const auto stated = contents.metadata.find(tensor_digest_key(tensor.name));
    require(stated != contents.metadata.end(), "tensor '{}' has no checksum", tensor.name);
    require(stated->second == sha256_of(tensor.bytes), "the bytes of tensor '{}' were altered", tensor.name);
    ++expected_keys;
  }
  const auto present = static_cast<std::size_t>(
      std::ranges::count_if(contents.metadata, [](const auto& pair) { return is_checksum_key(pair.first); }));
  require(present == expected_keys, "it has checksums of tensors that it does not have");
  require(header.substr(checksum_opening.size(), digest_digits) == file_digest(file), "its SHA-256 differs");
}

safetensors parsed(std::span<const std::byte> file, checksums required) {
  require(file.size() >= length_field, "it ends within the header's length ({} bytes)", file.size());
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, file.data(), length_field);
  require(header_size <= longest_header, "its header claims {} bytes, more than {}", header_size, longest_header);
  require(header_size <= file.size() - length_field, "its header claims {} bytes, but the file has only {}",
          header_size, file.size());
  const std::string_view header_text(reinterpret_cast<const char*>(file.data()) + length_field, header_size);
  const auto data = file.subspan(length_field + header_size);

  const json header = parsed_header(header_text);
  safetensors contents;
  contents.metadata = parsed_metadata(header);
  std::vector<placed_tensor> placed;
  for (const auto& [name, entry] : header.items())
    if (name != metadata_key) placed.push_back(parsed_entry(name, entry));
  std::ranges::stable_sort(placed, {}, [](const placed_tensor& tensor) { return std::pair(tensor.begin, tensor.end); });

  std::uint64_t filled = 0;
  for (placed_tensor& tensor : placed) {
    const std::string& name = tensor.record.name;
    require(tensor.begin >= filled, "tensor '{}' overlaps the one before", name);
    require(tensor.begin <= filled, "there is a gap before tensor '{}'", name);
    require(tensor.end <= data.size(), "tensor '{}' ends at byte {} of {} bytes of data", name, tensor.end,
            data.size());
    const auto bytes = data.subspan(tensor.begin, tensor.end - tensor.begin);
    tensor.record.bytes.assign(bytes.begin(), bytes.end());
    contents.tensors.push_back(std::move(tensor.record));
    filled = tensor.end;
  }
  require(filled == data.size(), "its tensors have {} bytes, but {} bytes follow the header", filled, data.size());

  const bool present =
      std::ranges::any_of(contents.metadata, is_checksum_key, [](const auto& pair) { return pair.first; });
  require(present || required == checksums::without, "it has no checksums");
  if (present) verify_checksums(file, header_text, contents);
  std::erase_if(contents.metadata, [](const auto& pair) { return is_checksum_key(pair.first); });
  return contents;
}

}  // namespace

std::string_view name_of(dtype type) { return entry_of(type).name; }

std::size_t size_of(dtype type) { return entry_of(type).size; }

const tensor_record& safetensors::at(std::string_view name) const {
  const auto found = std::ranges::find(tensors, name, &tensor_record::name);
  if (found == tensors.end()) throw std::out_of_range(fmt::format("there is no tensor '{}'", name));
  return *found;
}

std::vector<std::byte> safetensors_bytes(const safetensors& contents, checksums wanted) {
  std::vector<const tensor_record*> ordered;
  for (const tensor_record& tensor : contents.tensors) ordered.push_back(&tensor);
  std::ranges::stable_sort(ordered, std::greater{}, [](const tensor_record* tensor) { return size_of(tensor->type); });

  // The ordered kind keeps the metadata first and their checksums at their fixed place.
  using nlohmann::ordered_json;
  ordered_json header = ordered_json::object();
  ordered_json metadata = ordered_json::object();
  if (wanted == checksums::with) {
    metadata[std::string(marker_key)] = "sha256";
    metadata[std::string(digest_key)] = std::string(digest_digits, '0');
    for (const tensor_record* tensor : ordered) metadata[tensor_digest_key(tensor->name)] = sha256_of(tensor->bytes);
  }
  for (const auto& [key, value] : contents.metadata) {
    if (is_checksum_key(key)) throw std::invalid_argument(fmt::format("the metadata key '{}' is reserved", key));
    metadata[key] = value;
  }
  if (!metadata.empty()) header[std::string(metadata_key)] = std::move(metadata);

  std::size_t data_size = 0;
  for (const tensor_record* tensor : ordered) {
    if (tensor->name == metadata_key || header.contains(tensor->name))
      throw std::invalid_argument(fmt::format("the tensor name '{}' is taken", tensor->name));
    if (byte_count(tensor->type, tensor->shape) != tensor->bytes.size())
      throw std::invalid_argument(fmt::format("tensor '{}' does not have the bytes of its shape", tensor->name));
    const std::size_t begin = data_size;
    data_size += tensor->bytes.size();
    header[tensor->name] = {
        {"dtype", name_of(tensor->type)}, {"shape", tensor->shape}, {"data_offsets", {begin, data_size}}};
  }

  std::string text;
  try {
    text = header.dump();
  } catch (const ordered_json::exception&) {
    throw std::invalid_argument("a tensor name or the metadata are not UTF-8");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (text.size() > longest_header) throw std::invalid_argument("the header would be longer than the format allows");

  std::vector<std::byte> file;
  file.reserve(length_field + text.size() + data_size);
  const std::uint64_t header_size = text.size();
  append(file, std::as_bytes(std::span(&header_size, 1)));
  append(file, std::as_bytes(std::span(text)));
  for (const tensor_record* tensor : ordered) append(file, tensor->bytes);

  if (wanted == checksums::with) {
    const std::string digest = file_digest(file);
    std::memcpy(file.data() + length_field + checksum_opening.size(), digest.data(), digest.size());
  }
  return file;
}

safetensors parse_safetensors(std::span<const std::byte> file, const std::filesystem::path& path, checksums required) {
  try {
    return parsed(file, required);
  } catch (const reason& problem) {
    throw damaged_file(fmt::format("{} is damaged: {}; restore it from a copy, or delete it and run again",
                                   printable(path.string()), printable(problem.what(), 1000)));
  }
}

safetensors read_safetensors(const std::filesystem::path& path, checksums required) {
  return parse_safetensors(file_bytes(path), path, required);
}

}  // namespace lengthwise
