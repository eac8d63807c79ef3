#include "services/auth/credentials/keys.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <ranges>
#include <stdexcept>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/hex.hpp"

namespace market::auth {
namespace {

constexpr std::string_view kRefreshPrefix = "rt_";
constexpr std::string_view kMailedPrefix = "mt_";
constexpr std::size_t kCodeChars = 43;  // 32 bytes in base64url
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kPepperIdBytes = 4;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<Free>>;

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string Token(std::string_view prefix, std::string_view key, std::string_view about) {
  return std::string(prefix) + crypto::Base64UrlEncode(crypto::HmacSha256(key, about));
}

std::optional<std::string> DigestOfToken(std::string_view prefix, std::string_view token) {
  if (!token.starts_with(prefix) || token.size() != prefix.size() + kCodeChars) return std::nullopt;
  return crypto::Sha256(token);
}

// HKDF-SHA-256 (RFC 5869).
std::string Derive(std::string secret, std::string_view purpose) {
  const Owned<EVP_KDF, EVP_KDF_free> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const Owned<EVP_KDF_CTX, EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(kdf.get()));
  std::string digest = "SHA256";
  std::string info(purpose);
  const std::array parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end()};
  std::string derived(kKeyBytes, '\0');
  if (EVP_KDF_derive(context.get(), Bytes(derived), derived.size(), parameters.data()) != 1) {
    throw std::runtime_error("HKDF failed");
  }
  return derived;
}

}  // namespace

std::string RefreshTokens::Make(const Uuid& family, std::int64_t sequence) const {
  return Token(kRefreshPrefix, key_, family.ToString() + '|' + std::to_string(sequence));
}

std::optional<std::string> RefreshTokens::DigestOf(std::string_view token) {
  return DigestOfToken(kRefreshPrefix, token);
}

std::string MailedTokens::Make(const Uuid& id) const { return Token(kMailedPrefix, key_, id.ToString()); }

std::optional<std::string> MailedTokens::DigestOf(std::string_view token) {
  return DigestOfToken(kMailedPrefix, token);
}

Keys KeysFromRoot(std::string_view roots) {
  std::vector<std::string> secrets;
  if (roots.empty()) secrets.emplace_back();
  for (const auto line : std::views::split(roots, '\n')) secrets.emplace_back(line.begin(), line.end());
  std::vector<Pepper> peppers;
  for (const auto& secret : secrets) {
    if (secret.size() < kRootCharsMin) {
      throw std::runtime_error("a root secret has at least " + std::to_string(kRootCharsMin) +
                               " characters, and nobody can guess it: openssl rand -hex 32");
    }
    auto key = Derive(secret, "marketplace password pepper 1");
    auto& pepper = peppers.emplace_back(Pepper{.id = {}, .key = std::move(key)});
    crypto::AppendHex(pepper.id, crypto::HmacSha256(pepper.key, "id").substr(0, kPepperIdBytes));
  }
  const auto& secret = secrets.front();
  return {RefreshTokens(Derive(secret, "marketplace refresh token 1")),
          Derive(secret, "marketplace device token 1"),
          Derive(secret, "marketplace one-time code 1"),
          MailedTokens(Derive(secret, "marketplace mailed token 1")),
          Derive(secret, "marketplace signing key 1"),
          std::move(peppers)};
}

}  // namespace market::auth
