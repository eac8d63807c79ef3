// SHA-256 (FIPS 180-4). Any thread.
#pragma once
#include <string>
#include <string_view>

namespace market::crypto {

inline constexpr std::size_t kSha256Bytes = 32;

// The digest itself, kSha256Bytes of it. Throws std::runtime_error when OpenSSL can't.
std::string Sha256(std::string_view bytes);

}  // namespace market::crypto
