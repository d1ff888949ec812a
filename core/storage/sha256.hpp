// SHA-256 (FIPS 180-4), the digest of corpora, checkpoints and results.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace lengthwise {

/// A running SHA-256. Feeding the same bytes in other pieces gives the same digest.
class sha256 {
 public:
  sha256();
  ~sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);

  /// The digest of everything fed so far: 64 lower-case hexadecimal digits. May be asked again, and feeding may go on.
  std::string hex() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// The digest of one piece of memory, as 64 lower-case hexadecimal digits.
std::string sha256_of(std::span<const std::byte> bytes);

}  // namespace lengthwise
