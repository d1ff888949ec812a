#include "core/storage/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/storage/errors.hpp"
#include "core/storage/printable.hpp"

namespace lengthwise {

namespace {

std::string_view remedy(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT: return "free some space and run again; finished work is kept";
    case EACCES:
    case EPERM:
    case EROFS: return "choose a folder you may write to";
    case ENOENT:
    case ENOTDIR: return "create the folder first";
    case EFBIG: return "raise the limit on the size of files (ulimit -f) and run again; finished work is kept";
    case EPIPE: return "whoever read it has gone; start it again and run again";
    case EISDIR:
    case ENXIO: return "name a file";
    case ELOOP: return "its links lead in a circle; name a file";
    default: return "check the disk and run again";
  }
}

}  // namespace

void refuse_to(std::string_view action, const std::filesystem::path& path, int code) {
  throw io_error(fmt::format("cannot {} {}: {}; {}", action, printable(path.string()),
                             std::generic_category().message(code), remedy(code)));
}

void write_all(int file, std::span<const std::byte> bytes, const std::filesystem::path& target) {
  while (!bytes.empty()) {
    // Linux writes at most about 2 GiB at once; smaller pieces also let a signal be noticed.
    const std::size_t piece = std::min(bytes.size(), std::size_t{1} << 28);
    const ssize_t written = retried([&] { return ::write(file, bytes.data(), piece); });
    if (written < 0) refuse_to("write", target, errno);
    if (written == 0) refuse_to("write", target, ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace lengthwise
