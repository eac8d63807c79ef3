#include "platform/rpc/page_token.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "platform/core/error.hpp"
#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"

namespace market::rpc {

int PageSize(int requested) { return requested <= 0 ? kPageSizeDefault : std::min(requested, kPageSizeMax); }

}  // namespace market::rpc

namespace market::rpc::page_token {
namespace {

constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kTokenCharsMax = 2048;

std::string Checksum(std::string_view filter, std::string_view payload) {
  std::string covered = "page-token-1";
  covered.push_back('\0');
  covered += std::to_string(filter.size());
  covered.push_back('\0');
  covered.append(filter).append(payload);
  return crypto::Sha256(covered).substr(0, kChecksumBytes);
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
  return crypto::Base64UrlEncode(Checksum(filter, payload) + payload);
}

std::vector<std::string> DecodeParts(std::string_view filter, std::string_view token, std::size_t count) {
  if (token.size() > kTokenCharsMax) ThrowInvalid();
  const auto bytes = crypto::Base64UrlDecode(token);
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
