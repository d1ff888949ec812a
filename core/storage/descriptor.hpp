// An open file of the system, and how writing to one fails.
#pragma once
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

namespace lengthwise {

/// Closes the file when it goes out of scope.
class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }

  int number() const { return number_; }

  // Not retried on EINTR: Linux has released the descriptor by then, and another thread may already own its number.
  int close() {
    const int closed = number_ < 0 ? 0 : ::close(number_);
    number_ = -1;
    return closed;
  }

 private:
  int number_;
};

/// The call's result, called again as long as a signal interrupts it.
template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// Writes every byte. Throws as refuse_to, naming `target`.
void write_all(int file, std::span<const std::byte> bytes, const std::filesystem::path& target);

/// Throws io_error: "cannot ACTION PATH: what `code` (errno) means; what to do".
[[noreturn]] void refuse_to(std::string_view action, const std::filesystem::path& path, int code);

}  // namespace lengthwise
