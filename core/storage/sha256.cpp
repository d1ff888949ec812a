#include "core/storage/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace lengthwise {

namespace {

struct free_context {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using context_ptr = std::unique_ptr<EVP_MD_CTX, free_context>;

// OpenSSL fails here only without memory or without its default provider: nothing a user's data could cause.
void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

}  // namespace

struct sha256::state {
  context_ptr context{EVP_MD_CTX_new()};
};

sha256::sha256() : state_(std::make_unique<state>()) {
  require(state_->context && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
sha256::~sha256() = default;
sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;

void sha256::update(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string sha256::hex() const {
  // Finishing destroys the running state, so a copy is finished.
  const context_ptr copy{EVP_MD_CTX_new()};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  require(copy && EVP_MD_CTX_copy_ex(copy.get(), state_->context.get()) == 1);
  require(EVP_DigestFinal_ex(copy.get(), digest.data(), &size) == 1);

  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * std::size_t{size});
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

std::string sha256_of(std::span<const std::byte> bytes) {
  sha256 running;
  running.update(bytes);
  return running.hex();
}

}  // namespace lengthwise
