#include "core/storage/file_bytes.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {

std::vector<std::byte> file_bytes(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  const auto fail = [&](std::string_view reason, std::string_view remedy) {
    throw io_error(fmt::format("cannot read {}: {}; {}", printable(path.string()), reason, remedy));
  };

  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (status.type() == fs::file_type::not_found) fail("no such file", "check the path");
  if (code) fail(code.message(), "check the path and its permissions");
  if (status.type() == fs::file_type::directory) fail("it is a folder", "name a file");
  if (status.type() != fs::file_type::regular) fail("it is not a regular file", "copy it to a file first");

  const std::uintmax_t size = fs::file_size(path, code);
  if (code) fail(code.message(), "check the path and its permissions");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail(std::generic_category().message(errno), "check its permissions");

  std::vector<std::byte> bytes(size);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!stream || static_cast<std::uintmax_t>(stream.gcount()) != size ||
      stream.peek() != std::ifstream::traits_type::eof())
    fail("its size changed while it was read, or the disk failed", "run again");
  return bytes;
}

}  // namespace lengthwise
