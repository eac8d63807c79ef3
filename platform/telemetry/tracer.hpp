// Where traces begin in a process, and which of them are exported.
//
// What is kept. The head of a trace draws its lot once: `sample_ratio` of all traces, by their id, and the
// flag travels with the context, so that all processes agree. Each process also keeps its own part when one
// of its spans failed or its first span took `slow_after` or longer; it says so in its answer
// (traceresponse), and whoever called keeps its part too. So a fault is exported with the whole way that led
// to it, up to the door, in every case, and with all its neighbours when the trace was sampled.
//
// The flag of an outside caller is not believed:
// it would let anybody decide what we pay for. Its trace id is.
//
// Owner: the host; outlives its spans. Io thread only. A recording is handed over, or forgotten, when its
// last span has ended.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "platform/telemetry/span.hpp"

namespace market::telemetry {

class Metrics;
class Counter;

// Where kept recordings go. Must neither block nor throw; what it can't take it drops and counts.
class SpanExporter {
 public:
  virtual ~SpanExporter() = default;
  virtual void Take(const Recording& recording) = 0;
};

class Tracer {
 public:
  struct Options {
    double sample_ratio = 0.01;  // 0 to 1
    std::chrono::milliseconds slow_after{1000};
  };

  // Without Export() nothing is recorded: spans are contexts.
  explicit Tracer(Options options) : options_(options) {}
  Tracer() : Tracer(Options()) {}
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // `exporter` must outlive the tracer's spans; null ends it.
  void Export(SpanExporter* exporter, Metrics& metrics);

  // Goes on with what a process of ours sent; its decision holds. A traceparent that the standard tells to
  // ignore begins a new trace.
  Span Continue(std::string_view name, SpanKind kind, std::string_view traceparent);
  // Lets somebody from outside in: the trace id is theirs, the decision ours.
  Span Enter(std::string_view name, SpanKind kind, std::string_view traceparent);

 private:
  friend class Span;
  friend void intrusive_ptr_release(Recording* recording);
  static constexpr std::size_t kPoolMax = 256;

  bool Draw(const TraceContext& context) const;
  Span Begin(std::string_view name, SpanKind kind, const TraceContext& context,
             const std::array<std::uint8_t, 8>& parent);
  bool Worth(const Recording& recording, std::chrono::steady_clock::time_point now) const;
  void Finish(Recording* recording);

  const Options options_;
  SpanExporter* exporter_ = nullptr;
  std::vector<std::unique_ptr<Recording>> pool_;  // their memory is used again
  Counter* head_ = nullptr;
  Counter* tail_ = nullptr;
  Counter* not_kept_ = nullptr;
};

}  // namespace market::telemetry
