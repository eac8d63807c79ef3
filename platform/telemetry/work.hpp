// On whose behalf something is done: until when, under which span, and whose traffic it is. What every call to
// a database, a cache or a provider takes first, so that time limits and traces go all the way down without
// being spelled out.
//
// A CallContext is one; a bare deadline is one too, for work that no request caused. Refers to the span: made
// for the length of an awaited call.
#pragma once
#include <cstdint>

#include "platform/runtime/task.hpp"
#include "platform/telemetry/span.hpp"

namespace market::postgres {
class Tx;
}

namespace market::telemetry {

// Kinds of traffic that don't take each other's resources. A call's is by the priority in its method's policy.
enum class Lane : std::uint8_t {
  kCheckout,  // an order being placed or carried on: SAGA, CHECKOUT
  kRequest,   // any other call
  kWorker,    // what no request caused
};

struct Work {
  Work(runtime::Deadline deadline) : deadline(deadline) {}  // NOLINT(google-explicit-constructor)
  Work(runtime::Deadline deadline, const Span& span, Lane lane = Lane::kWorker)
      : deadline(deadline), span(&span), lane(lane) {}

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
  Lane lane = Lane::kWorker;
  // What a database is asked for this is asked within that transaction of it (postgres::Tx::Part); null: by itself.
  postgres::Tx* within = nullptr;
};

}  // namespace market::telemetry

namespace market {
using telemetry::Lane;
using telemetry::Work;
}  // namespace market
