#include "platform/grpc/transport/wire.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "platform/crypto/hex.hpp"

namespace market::grpc {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::int64_t kMaxTimeoutDigits = 99'999'999;

constexpr std::array<std::int8_t, 256> Base64Values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kBase64.size(); ++i) {
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr auto kBase64Values = Base64Values();

}  // namespace

std::string EncodeTimeout(std::chrono::nanoseconds timeout) {
  struct Unit {
    char name;
    std::int64_t nanoseconds;
  };
  constexpr std::array<Unit, 6> kUnits{{{'n', 1},
                                        {'u', 1'000},
                                        {'m', 1'000'000},
                                        {'S', 1'000'000'000},
                                        {'M', 60'000'000'000},
                                        {'H', 3'600'000'000'000}}};
  const std::int64_t value = std::max<std::int64_t>(timeout.count(), 1);
  for (const Unit& unit : kUnits) {
    const std::int64_t count = (value - 1) / unit.nanoseconds + 1;
    if (count <= kMaxTimeoutDigits) return std::to_string(count) + unit.name;
  }
  return std::to_string(kMaxTimeoutDigits) + 'H';
}

std::optional<std::chrono::nanoseconds> ParseTimeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9) return std::nullopt;
  std::int64_t count = 0;
  const char* end = text.data() + text.size() - 1;
  if (text.front() == '-') return std::nullopt;
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || rest != end) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 'H':
      unit = 3'600'000'000'000;
      break;
    case 'M':
      unit = 60'000'000'000;
      break;
    case 'S':
      unit = 1'000'000'000;
      break;
    case 'm':
      unit = 1'000'000;
      break;
    case 'u':
      unit = 1'000;
      break;
    case 'n':
      unit = 1;
      break;
    default:
      return std::nullopt;
  }
  if (count > std::numeric_limits<std::int64_t>::max() / unit) return std::chrono::nanoseconds::max();
  return std::chrono::nanoseconds(count * unit);
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  // HTTP/2 forbids blanks around a field's value.
  if (!out.empty() && out.back() == ' ') out.replace(out.size() - 1, 1, "%20");
  if (!out.empty() && out.front() == ' ') out.replace(0, 1, "%20");
  return out;
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && crypto::HexValue(text[i + 1]) >= 0 &&
        crypto::HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(crypto::HexValue(text[i + 1]) * 16 + crypto::HexValue(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string Base64Encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out += kBase64[(buffer >> bits) & 63];
    }
  }
  if (bits > 0) out += kBase64[(buffer << (6 - bits)) & 63];
  return out;
}

std::optional<std::string> Base64Decode(std::string_view text) {
  for (int i = 0; i < 2 && !text.empty() && text.back() == '=' && text.size() % 4 != 1; ++i)
    text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    buffer = (buffer << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((buffer >> bits) & 255);
    }
  }
  return out;
}

bool IsBinaryKey(std::string_view key) { return key.ends_with("-bin"); }

bool IsValidKey(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

bool IsValidValue(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

bool IsReservedKey(std::string_view key) {
  if (key.empty()) return true;
  switch (key.front()) {
    case ':':
      return true;
    case 'c':
      return key == "content-type" || key == "connection" || key == "content-length";
    case 'g':
      return key.starts_with("grpc-") && key != "grpc-trace-bin" && key != "grpc-tags-bin" &&
             key != "grpc-retry-pushback-ms";
    case 'h':
      return key == "host" || key == "http2-settings";
    case 'k':
      return key == "keep-alive";
    case 'p':
      return key == "proxy-connection";
    case 't':
      return key == "te" || key == "transfer-encoding" || key == "trailer";
    case 'u':
      return key == "upgrade";
    default:
      return false;
  }
}

bool IsGrpcContentType(std::string_view value) {
  constexpr std::string_view kType = "application/grpc";
  if (!value.starts_with(kType)) return false;
  return value.size() == kType.size() || value[kType.size()] == '+' || value[kType.size()] == ';';
}

Code ParseStatusCode(std::string_view text) {
  unsigned code = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (error != std::errc() || rest != text.data() + text.size()) return Code::kUnknown;
  return code <= static_cast<unsigned>(Code::kUnauthenticated) ? static_cast<Code>(code) : Code::kUnknown;
}

Code CodeFromHttpStatus(int status) {
  switch (status) {
    case 400:
      return Code::kInternal;
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kPermissionDenied;
    case 404:
      return Code::kUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return Code::kUnavailable;
    default:
      return Code::kUnknown;
  }
}

Code CodeFromHttp2Error(std::uint32_t error) {
  switch (error) {
    case 7:
      return Code::kUnavailable;  // REFUSED_STREAM
    case 8:
      return Code::kCancelled;  // CANCEL
    case 11:
      return Code::kResourceExhausted;  // ENHANCE_YOUR_CALM
    case 12:
      return Code::kPermissionDenied;  // INADEQUATE_SECURITY
    default:
      return Code::kInternal;
  }
}

std::array<char, kPrefixBytes> MessagePrefix(std::size_t message_bytes) {
  const auto size = static_cast<std::uint32_t>(message_bytes);
  return {0, static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
          static_cast<char>(size)};
}

MessageReader::Result MessageReader::Feed(std::string_view bytes, std::vector<std::string>& messages) {
  // A peer must send the bytes before it can make us keep room for them.
  constexpr std::size_t kTrustedBytes = 64 * 1024;
  while (!bytes.empty()) {
    if (prefix_size_ < kPrefixBytes) {
      const std::size_t take = std::min(bytes.size(), kPrefixBytes - prefix_size_);
      std::copy_n(bytes.data(), take, prefix_.data() + prefix_size_);
      prefix_size_ += take;
      bytes.remove_prefix(take);
      if (prefix_size_ < kPrefixBytes) return Result::kOk;
      if (prefix_[0] != 0) return Result::kCompressed;
      remaining_ = (std::size_t{prefix_[1]} << 24) | (std::size_t{prefix_[2]} << 16) |
                   (std::size_t{prefix_[3]} << 8) | std::size_t{prefix_[4]};
      if (remaining_ > max_message_bytes_) return Result::kTooLarge;
      body_.reserve(std::min(remaining_, kTrustedBytes));
    }
    const std::size_t take = std::min(bytes.size(), remaining_);
    body_.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
    remaining_ -= take;
    if (remaining_ == 0) {
      messages.push_back(std::move(body_));
      body_.clear();
      prefix_size_ = 0;
    }
  }
  return Result::kOk;
}

}  // namespace market::grpc
