#include "platform/telemetry/trace.hpp"

#include <cstring>

#include "platform/core/random.hpp"

namespace market::telemetry {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

std::uint64_t NextNonZero() {
  std::uint64_t value = Random64();
  while (value == 0) value = Random64();
  return value;
}

int LowerHexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

template <std::size_t kSize>
bool ParseHex(std::string_view text, std::array<std::uint8_t, kSize>& bytes) {
  for (std::size_t i = 0; i < kSize; ++i) {
    const int high = LowerHexValue(text[2 * i]);
    const int low = LowerHexValue(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

template <std::size_t kSize>
char* WriteHex(const std::array<std::uint8_t, kSize>& bytes, char* out) {
  for (const std::uint8_t byte : bytes) {
    *out++ = kHex[byte >> 4];
    *out++ = kHex[byte & 0x0f];
  }
  return out;
}

template <std::size_t kSize>
bool AllZero(const std::array<std::uint8_t, kSize>& bytes) {
  return bytes == std::array<std::uint8_t, kSize>{};
}

}  // namespace

std::optional<TraceContext> TraceContext::Parse(std::string_view text) {
  if (text.size() < kTraceparentSize || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext context;
  if (!ParseHex(text, version) || !ParseHex(text.substr(3), context.trace_id) ||
      !ParseHex(text.substr(36), context.span_id) || !ParseHex(text.substr(53), flags)) {
    return std::nullopt;
  }
  // Version 0 is exactly this long; a later version may go on after a hyphen.
  const bool length_fits =
      text.size() == kTraceparentSize || (version[0] != 0 && text[kTraceparentSize] == '-');
  if (version[0] == 0xff || !length_fits || AllZero(context.trace_id) || AllZero(context.span_id))
    return std::nullopt;
  context.flags = flags[0] & (kSampled | kRandomId);
  return context;
}

TraceContext TraceContext::NewRoot(std::uint8_t flags) {
  const std::array<std::uint64_t, 2> id = {Random64(), NextNonZero()};
  TraceContext root;
  std::memcpy(root.trace_id.data(), id.data(), sizeof id);
  root.flags = flags;
  return root.Child();
}

TraceContext TraceContext::Child() const {
  TraceContext child = *this;
  const std::uint64_t id = NextNonZero();
  std::memcpy(child.span_id.data(), &id, sizeof id);
  return child;
}

std::array<char, TraceContext::kTraceparentSize> TraceContext::Traceparent() const {
  std::array<char, kTraceparentSize> text{};
  char* out = text.data();
  *out++ = '0';
  *out++ = '0';
  *out++ = '-';
  out = WriteHex(trace_id, out);
  *out++ = '-';
  out = WriteHex(span_id, out);
  *out++ = '-';
  WriteHex(std::array<std::uint8_t, 1>{flags}, out);
  return text;
}

std::string TraceContext::ToTraceparent() const {
  const auto text = Traceparent();
  return {text.data(), text.size()};
}

std::string TraceContext::TraceIdHex() const {
  std::string text(2 * trace_id.size(), '\0');
  WriteHex(trace_id, text.data());
  return text;
}

std::string TraceContext::SpanIdHex() const {
  std::string text(2 * span_id.size(), '\0');
  WriteHex(span_id, text.data());
  return text;
}

}  // namespace market::telemetry
