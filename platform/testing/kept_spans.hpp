// A tracer whose recordings a test can look at: every trace is sampled, or none and only the tail decides.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::testing {

class KeptSpans final : public telemetry::SpanExporter {
 public:
  explicit KeptSpans(telemetry::Tracer::Options options = {.sample_ratio = 1}) : tracer(options) {
    tracer.Export(this, metrics_);
  }

  void Take(const telemetry::Recording& recording) override { recordings.push_back(recording); }

  // The names of all spans in the order in which they began, each behind its parent's: "a", "a/b".
  std::vector<std::string> Paths() const {
    std::vector<std::string> paths;
    for (const auto& recording : recordings) {
      for (const auto& span : recording.spans) paths.push_back(PathOf(recording, span));
    }
    return paths;
  }
  // Of the first span with this name; null when it has no such attribute.
  const telemetry::Attribute::Value* Find(std::string_view span, std::string_view key) const {
    for (const auto& recording : recordings) {
      for (const auto& attribute : recording.attributes) {
        if (attribute.key == key && recording.spans[attribute.span].name == span) return &attribute.value;
      }
    }
    return nullptr;
  }

  telemetry::Tracer tracer;
  std::vector<telemetry::Recording> recordings;

 private:
  static std::string PathOf(const telemetry::Recording& recording, const telemetry::SpanRecord& span) {
    const auto parent = std::ranges::find(recording.spans, span.parent, &telemetry::SpanRecord::id);
    const std::string above = parent == recording.spans.end() ? "" : PathOf(recording, *parent) + "/";
    return above + std::string(span.name);
  }

  telemetry::Metrics metrics_;
};

}  // namespace market::testing
