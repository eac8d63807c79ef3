#include "services/auth/credentials/device_tokens.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"

namespace market::auth {
namespace {

constexpr std::string_view kDevicePrefix = "dv_";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kEndBytes = 8;
constexpr std::size_t kBodyBytes = 2 * kIdBytes + kEndBytes;

void AppendId(std::string& body, const Uuid& id) { body.append(id.Bytes().begin(), id.Bytes().end()); }

Uuid IdAt(std::string_view body, std::size_t at) {
  std::array<std::uint8_t, kIdBytes> bytes{};
  std::ranges::copy(body.substr(at, kIdBytes), bytes.begin());
  return Uuid(bytes);
}

std::int64_t Seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// Big-endian.
void AppendEnd(std::string& body, std::int64_t end_s) {
  for (int shift = 56; shift >= 0; shift -= 8) body.push_back(static_cast<char>(end_s >> shift));
}

std::int64_t EndAt(std::string_view body, std::size_t at) {
  std::uint64_t end_s = 0;
  for (const char c : body.substr(at, kEndBytes)) end_s = end_s << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(end_s);
}

}  // namespace

DeviceTokens::DeviceTokens(std::string key, std::chrono::seconds lifetime, const Clock& clock)
    : key_(std::move(key)), lifetime_(lifetime), clock_(clock) {}

std::string DeviceTokens::Issue(const Device& device) const {
  std::string body;
  AppendId(body, device.id);
  AppendId(body, device.account.Value());
  AppendEnd(body, Seconds(clock_.Now() + lifetime_));
  return std::string(kDevicePrefix) + crypto::Base64UrlEncode(body + crypto::HmacSha256(key_, body));
}

std::optional<DeviceTokens::Device> DeviceTokens::Read(std::string_view token) const {
  if (!token.starts_with(kDevicePrefix)) return std::nullopt;
  const auto bytes = crypto::Base64UrlDecode(token.substr(kDevicePrefix.size()));
  if (!bytes || bytes->size() != kBodyBytes + crypto::kSha256Bytes) return std::nullopt;
  const auto body = std::string_view(*bytes).substr(0, kBodyBytes);
  const auto code = std::string_view(*bytes).substr(kBodyBytes);
  if (!crypto::SameBytes(code, crypto::HmacSha256(key_, body))) return std::nullopt;
  if (Seconds(clock_.Now()) >= EndAt(body, 2 * kIdBytes)) return std::nullopt;
  return Device{.id = IdAt(body, 0), .account = AccountId(IdAt(body, kIdBytes))};
}

}  // namespace market::auth
