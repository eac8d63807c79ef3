#include "services/order/storage/cart_tokens.hpp"

#include <charconv>
#include <stdexcept>
#include <system_error>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"

namespace market::order::storage {
namespace {

constexpr std::size_t kIdChars = 36;

}  // namespace

void CartTokens::Use(std::string_view secret) { key_ = crypto::HmacSha256(secret, "cart tokens"); }

std::string CartTokens::CodeOf(std::string_view payload) const {
  if (key_.empty()) throw std::logic_error("cart tokens have no key yet");
  return crypto::HmacSha256(key_, payload);
}

std::string CartTokens::Make(domain::CartId cart, Time until) const {
  const auto payload = cart.ToString() + std::to_string(until.time_since_epoch().count());
  return crypto::Base64UrlEncode(CodeOf(payload) + payload);
}

std::optional<domain::CartId> CartTokens::Read(std::string_view token, Time now) const {
  const auto bytes = crypto::Base64UrlDecode(token);
  if (!bytes || bytes->size() <= crypto::kSha256Bytes + kIdChars) return std::nullopt;
  const auto payload = std::string_view(*bytes).substr(crypto::kSha256Bytes);
  if (!crypto::SameBytes(std::string_view(*bytes).substr(0, crypto::kSha256Bytes), CodeOf(payload)))
    return std::nullopt;
  std::int64_t until = 0;
  const auto digits = payload.substr(kIdChars);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), until);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (Time(Time::duration(until)) <= now) return std::nullopt;
  const auto id = Uuid::Parse(payload.substr(0, kIdChars));
  return id ? std::optional(domain::CartId(*id)) : std::nullopt;
}

}  // namespace market::order::storage
