// W3C trace context (www.w3.org/TR/trace-context): where this piece of work belongs in a distributed trace.
//
// A value of 25 bytes; making, parsing and formatting it allocate nothing (the std::string forms apart). Ids
// come from a fast per-thread generator: they need to be unique, not secret. Any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace market::telemetry {

struct TraceContext {
  static constexpr std::uint8_t kSampled = 0x01;
  static constexpr std::uint8_t kRandomId = 0x02;
  static constexpr std::size_t kTraceparentSize = 55;

  // nullopt for everything the standard tells to ignore: wrong length, upper case, version ff, all-zero ids.
  static std::optional<TraceContext> Parse(std::string_view traceparent);
  static TraceContext NewRoot(std::uint8_t flags = kSampled | kRandomId);

  // Same trace, new span.
  TraceContext Child() const;

  bool Sampled() const { return (flags & kSampled) != 0; }
  std::array<char, kTraceparentSize> Traceparent() const;
  std::string ToTraceparent() const;
  std::string TraceIdHex() const;  // 32 lower-case hex digits: what a user quotes to support
  std::string SpanIdHex() const;   // 16
  bool operator==(const TraceContext&) const = default;

  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::uint8_t flags = 0;
};

}  // namespace market::telemetry
