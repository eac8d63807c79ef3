#include "platform/telemetry/span.hpp"

#include "platform/telemetry/tracer.hpp"

namespace market::telemetry {

void intrusive_ptr_add_ref(Recording* recording) { ++recording->handles; }
void intrusive_ptr_release(Recording* recording) {
  if (--recording->handles == 0) recording->tracer->Finish(recording);
}

Span::Span(Span&& other) noexcept
    : context_(other.context_), recording_(std::move(other.recording_)), index_(other.index_) {}

Span& Span::operator=(Span&& other) noexcept {
  End();
  context_ = other.context_;
  recording_ = std::move(other.recording_);
  index_ = other.index_;
  return *this;
}

Span::Span(boost::intrusive_ptr<telemetry::Recording> recording, const TraceContext& context,
           const std::array<std::uint8_t, 8>& parent, std::string_view name, SpanKind kind)
    : context_(context),
      recording_(std::move(recording)),
      index_(static_cast<std::uint32_t>(recording_->spans.size())) {
  auto& record = recording_->spans.emplace_back();
  record.id = context.span_id;
  record.parent = parent;
  record.name = name;
  record.kind = kind;
  record.began = std::chrono::steady_clock::now();
}

Span Span::Child(std::string_view name, SpanKind kind) const {
  if (!recording_) return Span(context_);
  if (recording_->spans.size() >= Recording::kSpansMax) {
    ++recording_->dropped;
    return Span(context_);
  }
  return {recording_, context_.Child(), context_.span_id, name, kind};
}

void Span::Add(std::string_view key, Attribute::Value value) {
  if (recording_->attributes.size() < Recording::kAttributesMax)
    recording_->attributes.push_back({index_, key, std::move(value)});
}

void Span::Fail(std::string words) {
  if (!recording_) return;
  auto& record = Record();
  record.failed = true;
  record.failure = std::move(words);
  if (record.kind != SpanKind::kClient) recording_->keep = true;
}

void Span::Keep() {
  if (recording_) recording_->keep = true;
}

bool Span::Kept() const {
  return recording_ && recording_->tracer->Worth(*recording_, std::chrono::steady_clock::now());
}

void Span::End() {
  if (!recording_) return;
  Record().ended = std::chrono::steady_clock::now();
  recording_.reset();
}

}  // namespace market::telemetry
