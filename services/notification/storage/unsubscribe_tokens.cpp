#include "services/notification/storage/unsubscribe_tokens.hpp"

#include <stdexcept>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"

namespace market::notification::storage {
namespace {

constexpr std::string_view kPrefix = "ut_";
constexpr std::size_t kIdLength = 36;

}  // namespace

void UnsubscribeTokens::Use(std::string_view secret) {
  key_ = crypto::HmacSha256(secret, "unsubscribe tokens");
}

// "ut_<account>.<kind>.<signature>"
std::string UnsubscribeTokens::Of(AccountId account, domain::Kind kind) const {
  const auto id = account.ToString();
  const auto word = std::string(domain::Name(kind));
  return std::string(kPrefix) + id + '.' + word + '.' + SignatureOf(id, word);
}

std::optional<UnsubscribeTokens::Subject> UnsubscribeTokens::Read(std::string_view token) const {
  if (!token.starts_with(kPrefix)) return std::nullopt;
  token.remove_prefix(kPrefix.size());
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  if (first != kIdLength || second == std::string_view::npos) return std::nullopt;
  const auto id = token.substr(0, first);
  const auto word = token.substr(first + 1, second - first - 1);
  const auto account = AccountId::Parse(id);
  const auto kind = domain::kKinds.Find(word);
  if (!account || !kind || !crypto::SameBytes(token.substr(second + 1), SignatureOf(id, word)))
    return std::nullopt;
  return Subject{.account = *account, .kind = *kind};
}

std::string UnsubscribeTokens::SignatureOf(std::string_view account, std::string_view kind) const {
  if (key_.empty()) throw std::logic_error("there is no secret yet");
  return crypto::Base64UrlEncode(crypto::HmacSha256(key_, std::string(account) + '.' + std::string(kind)));
}

}  // namespace market::notification::storage
