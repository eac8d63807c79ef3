#include "platform/telemetry/tracer.hpp"

#include <cmath>
#include <cstring>

#include "platform/core/clock.hpp"
#include "platform/telemetry/metrics.hpp"

namespace market::telemetry {

Tracer::~Tracer() = default;

void Tracer::Export(SpanExporter* exporter, Metrics& metrics) {
  exporter_ = exporter;
  auto& traces = metrics.AddCounterFamily(
      "market_traces_total", "parts of traces that ended here, by what happened to them", {"decision"});
  head_ = &traces.With({"head"});
  tail_ = &traces.With({"tail"});
  not_kept_ = &traces.With({"not_kept"});
}

Span Tracer::Continue(std::string_view name, SpanKind kind, std::string_view traceparent) {
  const auto parent = TraceContext::Parse(traceparent);
  return parent ? Begin(name, kind, parent->Child(), parent->span_id) : Enter(name, kind, {});
}

Span Tracer::Enter(std::string_view name, SpanKind kind, std::string_view traceparent) {
  const auto parent = TraceContext::Parse(traceparent);
  TraceContext context = parent ? parent->Child() : TraceContext::NewRoot(TraceContext::kRandomId);
  context.flags &= static_cast<std::uint8_t>(~TraceContext::kSampled);
  if (exporter_ != nullptr && Draw(context)) context.flags |= TraceContext::kSampled;
  return Begin(name, kind, context, parent ? parent->span_id : std::array<std::uint8_t, 8>{});
}

// OpenTelemetry's TraceIdRatioBased: the last 8 bytes of the id against a threshold. Whoever draws for the
// same trace draws the same.
bool Tracer::Draw(const TraceContext& context) const {
  if (options_.sample_ratio >= 1) return true;
  std::uint64_t lot = 0;
  for (std::size_t i = 8; i < context.trace_id.size(); ++i) lot = lot << 8 | context.trace_id[i];
  return static_cast<double>(lot >> 1) < std::ldexp(options_.sample_ratio, 63);
}

Span Tracer::Begin(std::string_view name, SpanKind kind, const TraceContext& context,
                   const std::array<std::uint8_t, 8>& parent) {
  if (exporter_ == nullptr) return Span(context);
  std::unique_ptr<Recording> recording;
  if (pool_.empty()) {
    recording = std::make_unique<Recording>();
  } else {
    recording = std::move(pool_.back());
    pool_.pop_back();
  }
  recording->trace_id = context.trace_id;
  recording->sampled = context.Sampled();
  recording->unix_began = WallTime().time_since_epoch();
  recording->tracer = this;
  return {boost::intrusive_ptr(recording.release()), context, parent, name, kind};
}

bool Tracer::Worth(const Recording& recording, std::chrono::steady_clock::time_point now) const {
  return recording.sampled || recording.keep || now - recording.spans.front().began >= options_.slow_after;
}

// The last handle is gone: back under an owner.
void Tracer::Finish(Recording* finished) {
  std::unique_ptr<Recording> recording(finished);
  const bool worth = Worth(*recording, recording->spans.front().ended);
  (!worth ? not_kept_ : recording->sampled ? head_ : tail_)->Increment();
  if (worth && exporter_ != nullptr) exporter_->Take(*recording);
  if (pool_.size() >= kPoolMax) return;
  recording->spans.clear();
  recording->attributes.clear();
  recording->dropped = 0;
  recording->keep = false;
  pool_.push_back(std::move(recording));
}

}  // namespace market::telemetry
