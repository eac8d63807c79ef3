#include "platform/rpc/page_token.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "platform/core/error.hpp"

namespace market::rpc {

int PageSize(int requested) { return requested <= 0 ? kPageSizeDefault : std::min(requested, kPageSizeMax); }

}  // namespace market::rpc

namespace market::rpc::page_token {
namespace {

constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kTokenCharsMax = 2048;

// Base64url without padding (RFC 4648 section 5).
std::string ToBase64Url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

std::optional<std::string> FromBase64Url(std::string_view token) {
  std::string text(token);
  if (text.find_first_of("+/=") != std::string::npos) return std::nullopt;
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string bytes(3 * text.size() / 4, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0 || padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  // One token has one spelling: bits beyond the last byte must be zero.
  if (ToBase64Url(bytes) != token) return std::nullopt;
  return bytes;
}

std::string Checksum(std::string_view filter, std::string_view payload) {
  std::string covered = "page-token-1";
  covered.push_back('\0');
  covered += std::to_string(filter.size());
  covered.push_back('\0');
  covered.append(filter).append(payload);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(covered.data()), covered.size(), digest.data());
  return std::string(digest.begin(), digest.begin() + kChecksumBytes);
}

template <class Integer>
bool ParseWhole(std::string_view text, Integer& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool FromPart(std::string_view part, std::string& value) {
  value = part;
  return true;
}

bool FromPart(std::string_view part, std::int64_t& value) { return ParseWhole(part, value); }

bool FromPart(std::string_view part, Time& value) {
  std::int64_t micros = 0;
  if (!ParseWhole(part, micros)) return false;
  value = Time(Time::duration(micros));
  return true;
}

bool FromPart(std::string_view part, Uuid& value) {
  const auto parsed = Uuid::Parse(part);
  if (parsed) value = *parsed;
  return parsed.has_value();
}

void ThrowInvalid() {
  throw Error(Code::kInvalidArgument, "INVALID_PAGE_TOKEN", "the page token does not belong to this list")
      .WithField("pageToken", "INVALID", "start again without a page token");
}

std::string EncodeParts(std::string_view filter, std::span<const std::string> parts) {
  std::string payload;
  for (const auto& part : parts) payload.append(std::to_string(part.size())).append(":").append(part);
  return ToBase64Url(Checksum(filter, payload) + payload);
}

std::vector<std::string> DecodeParts(std::string_view filter, std::string_view token, std::size_t count) {
  if (token.size() > kTokenCharsMax) ThrowInvalid();
  const auto bytes = FromBase64Url(token);
  if (!bytes || bytes->size() < kChecksumBytes) ThrowInvalid();
  std::string_view payload = std::string_view(*bytes).substr(kChecksumBytes);
  if (Checksum(filter, payload) != bytes->substr(0, kChecksumBytes)) ThrowInvalid();

  std::vector<std::string> parts;
  while (!payload.empty()) {
    const std::size_t colon = payload.find(':');
    std::size_t size = 0;
    if (colon == payload.npos || !ParseWhole(payload.substr(0, colon), size)) ThrowInvalid();
    payload.remove_prefix(colon + 1);
    if (size > payload.size()) ThrowInvalid();
    parts.emplace_back(payload.substr(0, size));
    payload.remove_prefix(size);
  }
  if (parts.size() != count) ThrowInvalid();
  return parts;
}

}  // namespace market::rpc::page_token
