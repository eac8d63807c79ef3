#include "services/user/storage/invitation_tokens.hpp"

#include <stdexcept>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"

namespace market::user::storage {
namespace {

constexpr std::string_view kPrefix = "inv_";

}  // namespace

void InvitationTokens::Use(std::string_view secret) {
  key_ = crypto::HmacSha256(secret, "invitation tokens");
}

std::string InvitationTokens::Of(const domain::InvitationId& id) const {
  if (key_.empty()) throw std::logic_error("there is no secret yet");
  return std::string(kPrefix) + crypto::Base64UrlEncode(crypto::HmacSha256(key_, id.ToString()));
}

std::optional<std::string> InvitationTokens::DigestOf(std::string_view token) {
  if (!token.starts_with(kPrefix)) return std::nullopt;
  const auto bytes = crypto::Base64UrlDecode(token.substr(kPrefix.size()));
  if (!bytes || bytes->size() != crypto::kSha256Bytes) return std::nullopt;
  return crypto::Sha256(token);
}

}  // namespace market::user::storage
