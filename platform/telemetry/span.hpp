// Spans: the pieces of work a trace is made of.
//
//   Span span = tracer.Continue("order.capture", SpanKind::kConsumer, message.trace);
//   Span query = span.Child("order.get", SpanKind::kClient);
//   query.Set("db.namespace", "order");
//   query.End();                                   // or when it goes out of scope
//
// A span is a handle on a row of its Recording, the part of a trace that happens in this process. Everything
// is recorded, since only the end tells whether it was worth it (tracer.hpp, "what is kept"); a recording
// that is not kept costs two clock reads a span and no allocation. Names, keys and std::string_view values
// are kept as they are: constants, statement texts, routes, whatever lives as long as the process; what does
// not is a std::string. Attribute names follow OpenTelemetry's semantic conventions 1.44.
//
// Without an exporter a span is its TraceContext alone. Io thread only. A parent may end before its children.
#pragma once
#include <array>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "platform/telemetry/trace.hpp"

namespace market::telemetry {

class Tracer;

// The numbers of OTLP.
enum class SpanKind : std::uint8_t { kInternal = 1, kServer, kClient, kProducer, kConsumer };

struct Attribute {
  using Value = std::variant<std::int64_t, double, bool, std::string_view, std::string>;
  std::uint32_t span;  // index in Recording::spans
  std::string_view key;
  Value value;
};

struct SpanRecord {
  std::array<std::uint8_t, 8> id{};
  std::array<std::uint8_t, 8> parent{};  // zeros: a root
  std::string_view name;
  SpanKind kind = SpanKind::kInternal;
  bool failed = false;
  std::string failure;  // words for `failed`
  std::chrono::steady_clock::time_point began;
  std::chrono::steady_clock::time_point ended;
};

// What one process did for one trace: plain data, filled by spans, read by an exporter.
struct Recording {
  static constexpr std::size_t kSpansMax = 1000;
  static constexpr std::size_t kAttributesMax = 8000;

  std::chrono::nanoseconds UnixTime(std::chrono::steady_clock::time_point moment) const {
    return unix_began + (moment - spans.front().began);
  }

  std::array<std::uint8_t, 16> trace_id{};
  std::chrono::nanoseconds unix_began{};  // of the first span, by the system's clock
  std::vector<SpanRecord> spans;          // never empty
  std::vector<Attribute> attributes;
  std::uint32_t dropped = 0;  // spans beyond kSpansMax
  bool sampled = false;       // decided at the trace's head
  bool keep = false;          // decided on the way: something failed
  Tracer* tracer = nullptr;
  std::uint32_t handles = 0;
};

void intrusive_ptr_add_ref(Recording* recording);
void intrusive_ptr_release(Recording* recording);

class Span {
 public:
  // Records nothing and has no trace.
  Span() = default;
  ~Span() { End(); }
  Span(Span&& other) noexcept;
  Span& operator=(Span&& other) noexcept;

  // Same trace, this span as the parent. A span that records nothing gives its own context on.
  Span Child(std::string_view name, SpanKind kind) const;

  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void Set(std::string_view key, T value) {
    if (Recording()) Add(key, static_cast<std::int64_t>(value));
  }
  void Set(std::string_view key, std::string_view constant) {
    if (Recording()) Add(key, constant);
  }
  void Set(std::string_view key, const char* constant) { Set(key, std::string_view(constant)); }
  void Set(std::string_view key, std::string value) {
    if (Recording()) Add(key, std::move(value));
  }

  // What it is about became known later.
  void Rename(std::string_view name) {
    if (Recording()) Record().name = name;
  }
  // Status ERROR. Everything but a failed client call keeps the recording: who called decides what it means.
  void Fail(std::string words);
  // The recording is worth exporting whatever the head of the trace said.
  void Keep();
  // Whether it is, as far as is known: sampled, failed or already slow.
  bool Kept() const;

  // Ends it now; later calls do nothing.
  void End();

  bool Recording() const { return recording_ != nullptr; }
  const TraceContext& Context() const { return context_; }

 private:
  friend class Tracer;
  explicit Span(const TraceContext& context) : context_(context) {}
  Span(boost::intrusive_ptr<telemetry::Recording> recording, const TraceContext& context,
       const std::array<std::uint8_t, 8>& parent, std::string_view name, SpanKind kind);
  SpanRecord& Record() const { return recording_->spans[index_]; }
  void Add(std::string_view key, Attribute::Value value);

  TraceContext context_;
  boost::intrusive_ptr<telemetry::Recording> recording_;
  std::uint32_t index_ = 0;
};

}  // namespace market::telemetry
