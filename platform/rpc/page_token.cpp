#include "platform/rpc/page_token.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "platform/core/error.hpp"
#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"

namespace market::rpc {

int PageSize(int requested) { return requested <= 0 ? kPageSizeDefault : std::min(requested, kPageSizeMax); }

}  // namespace market::rpc

namespace market::rpc::page_token {
namespace {

constexpr std::size_t kCodeBytes = 16;
constexpr std::size_t kTokenCharsMax = 131'072;  // an export has the names of its columns in one

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

}  // namespace market::rpc::page_token

namespace market::rpc {

void PageTokens::Use(std::string_view secret) { key_ = crypto::HmacSha256(secret, "page tokens"); }

void PageTokens::ThrowInvalid() {
  throw Error(Code::kInvalidArgument, "INVALID_PAGE_TOKEN", "the page token does not belong to this list")
      .WithField("pageToken", "INVALID", "start again without a page token");
}

std::string PageTokens::CodeOf(std::string_view filter, std::string_view payload) const {
  if (key_.empty()) throw std::logic_error("page tokens have no key yet");
  std::string covered = std::to_string(filter.size());
  covered.push_back('\0');
  covered.append(filter).append(payload);
  return crypto::HmacSha256(key_, covered).substr(0, page_token::kCodeBytes);
}

std::string PageTokens::EncodeParts(std::string_view filter, std::span<const std::string> parts) const {
  std::string payload;
  for (const auto& part : parts) payload.append(std::to_string(part.size())).append(":").append(part);
  return crypto::Base64UrlEncode(CodeOf(filter, payload) + payload);
}

std::vector<std::string> PageTokens::DecodeParts(std::string_view filter, std::string_view token,
                                                 std::size_t count) const {
  if (token.size() > page_token::kTokenCharsMax) ThrowInvalid();
  const auto bytes = crypto::Base64UrlDecode(token);
  if (!bytes || bytes->size() < page_token::kCodeBytes) ThrowInvalid();
  std::string_view payload = std::string_view(*bytes).substr(page_token::kCodeBytes);
  if (!crypto::SameBytes(CodeOf(filter, payload), bytes->substr(0, page_token::kCodeBytes))) ThrowInvalid();

  std::vector<std::string> parts;
  while (!payload.empty()) {
    const std::size_t colon = payload.find(':');
    std::size_t size = 0;
    if (colon == payload.npos || !page_token::ParseWhole(payload.substr(0, colon), size)) ThrowInvalid();
    payload.remove_prefix(colon + 1);
    if (size > payload.size()) ThrowInvalid();
    parts.emplace_back(payload.substr(0, size));
    payload.remove_prefix(size);
  }
  if (parts.size() != count) ThrowInvalid();
  return parts;
}

}  // namespace market::rpc
