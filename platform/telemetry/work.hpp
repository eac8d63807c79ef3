// On whose behalf something is done: until when, and under which span. What every call to a database, a cache
// or a provider takes first, so that time limits and traces go all the way down without being spelled out.
//
// A CallContext is one; a bare deadline is one too, for work that no request caused. Refers to the span: made
// for the length of an awaited call.
#pragma once
#include "platform/runtime/task.hpp"
#include "platform/telemetry/span.hpp"

namespace market::telemetry {

struct Work {
  Work(runtime::Deadline deadline) : deadline(deadline) {}  // NOLINT(google-explicit-constructor)
  Work(runtime::Deadline deadline, const Span& span) : deadline(deadline), span(&span) {}

  Span Child(std::string_view name, SpanKind kind) const {
    return span != nullptr ? span->Child(name, kind) : Span();
  }
  // The same span with a time limit of its own.
  Work With(runtime::Deadline other) const {
    Work work = *this;
    work.deadline = other;
    return work;
  }

  runtime::Deadline deadline;
  const Span* span = nullptr;
};

}  // namespace market::telemetry

namespace market {
using telemetry::Work;
}
