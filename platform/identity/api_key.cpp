#include "platform/identity/api_key.hpp"

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/random.hpp"

namespace market::identity {
namespace {

constexpr std::string_view kApiKeyPrefix = "mk_";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kApiKeyLength = kApiKeyPrefix.size() + (kSecretBytes * 8 + 5) / 6;
constexpr std::size_t kShownLength = kApiKeyPrefix.size() + 8;

}  // namespace

std::string MakeApiKey() {
  return std::string(kApiKeyPrefix) + crypto::Base64UrlEncode(crypto::RandomBytes(kSecretBytes));
}

bool IsApiKey(std::string_view token) { return token.starts_with(kApiKeyPrefix); }

std::optional<std::string> DigestOfApiKey(std::string_view token) {
  if (!IsApiKey(token) || token.size() != kApiKeyLength) return std::nullopt;
  const auto bytes = crypto::Base64UrlDecode(token.substr(kApiKeyPrefix.size()));
  if (!bytes || bytes->size() != kSecretBytes) return std::nullopt;
  return crypto::Sha256(token);
}

std::string_view PrefixOfApiKey(std::string_view key) { return key.substr(0, kShownLength); }

}  // namespace market::identity
