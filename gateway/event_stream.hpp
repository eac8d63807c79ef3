// What one client is told as it happens: asks the method again and again, with what the client has shown, and gives
// what is new. Between that a comment now and then, so that all on the way know that the stream lives.
//
// Nothing is queued: the method is asked when what it told before is written. While it can't be asked the stream waits
// and goes on where it was; it ends when the method refuses the caller: the token has ended, most often. Owner: the
// connection. Io thread only.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "gateway/event_form.hpp"
#include "gateway/listeners.hpp"
#include "platform/core/error.hpp"
#include "platform/http/message.hpp"
#include "platform/rpc/backend.hpp"
#include "platform/runtime/backoff.hpp"

namespace market::gateway {

class EventStream final : public http::BodyStream {
 public:
  struct Of {
    const rpc::Method& method;
    const EventForm& form;
    rpc::Backend& backend;
    std::chrono::milliseconds heartbeat;
  };

  // What `of` refers to must outlive it. `caller` is as the request that opened the stream brought it.
  EventStream(Of of, rpc::Incoming caller, Listeners::Place place);

  // The first answer, before which there is nothing to stream. Throws Error, the method's or for too many streams.
  Task<> Begin(std::string last_seen, const telemetry::Span& span);

  Task<std::optional<std::string>> Next() override;
  std::string Last() override;

 private:
  using Instant = std::chrono::steady_clock::time_point;

  Task<EventPage> AskUntilAnswered(const telemetry::Span& span);
  Task<EventPage> Ask(std::chrono::milliseconds wait, const telemetry::Span* span);
  std::optional<std::string> Heartbeat(Instant now);
  // Waits before it is asked again.
  Task<> Pause(const Error& why);

  const Of of_;
  const rpc::Incoming caller_;
  Listeners::Place place_;
  std::string text_;      // to be told next
  std::string position_;  // up to here the client was told, or will be with `text_`
  std::string told_;      // the last position that the client knows
  Instant beat_at_;
  runtime::Backoff backoff_;
};

}  // namespace market::gateway
