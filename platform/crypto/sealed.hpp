// What is kept where others may read it: AES-256-GCM (NIST SP 800-38D), with a fresh random nonce of 96 bits in
// front and the tag of 128 bits behind. `about` is not kept: what was sealed about one thing does not open about
// another. With random nonces a key is good for 2^32 texts. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace market::crypto {

inline constexpr std::size_t kSealKeyBytes = 32;

// `key` has kSealKeyBytes (std::logic_error). Throws std::runtime_error when OpenSSL can't.
std::string Seal(std::string_view key, std::string_view text, std::string_view about);
// nullopt for what this key has not sealed, or not about this.
std::optional<std::string> Unseal(std::string_view key, std::string_view sealed, std::string_view about);

}  // namespace market::crypto
