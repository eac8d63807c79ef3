#include "gateway/event_stream.hpp"

#include <algorithm>
#include <utility>

#include "platform/core/error.hpp"
#include "platform/core/random.hpp"

namespace market::gateway {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// For the method to answer when it has waited, and when it has nothing to wait for.
constexpr milliseconds kAnswerLimit = 5s;
// Who answers sooner than it was asked to, and has nothing to tell, is about to stop.
constexpr milliseconds kTooSoon = 100ms;
// Of the first answer, which the client waits for.
constexpr int kFirstTries = 4;
constexpr runtime::Backoff::Options kBetweenQuestions{.initial = 200ms, .max = 5s, .jitter = 0.5};

// Clients that lost their streams together come back one after the other.
std::string RetryLine() {
  return "retry: " + std::to_string(1000 + static_cast<int>(2000 * RandomShare())) + "\n";
}

// What asking again does not mend.
bool IsFinal(const Error& error) {
  switch (error.code) {
    case Code::kUnauthenticated:
    case Code::kPermissionDenied:
    case Code::kNotFound:
    case Code::kInvalidArgument:
    case Code::kFailedPrecondition:
    case Code::kUnimplemented:
      return true;
    default:
      return false;
  }
}

}  // namespace

EventStream::EventStream(Of of, rpc::Incoming caller, Listeners::Place place)
    : of_(of),
      caller_(std::move(caller)),
      place_(std::move(place)),
      beat_at_(steady_clock::now() + of.heartbeat),
      backoff_(kBetweenQuestions) {}

Task<> EventStream::Begin(std::string last_seen, const telemetry::Span& span) {
  position_ = std::move(last_seen);
  const bool resumes = !position_.empty();
  auto page = co_await AskUntilAnswered(span);
  place_.Claim(page.listener);
  text_ = RetryLine();
  if (!resumes || page.expired) {
    text_ += BareEvent(resumes ? "reset" : "begin", page.next);
  } else {
    text_ += "\n" + page.text;
  }
  told_ = position_ = std::move(page.next);
}

Task<EventPage> EventStream::AskUntilAnswered(const telemetry::Span& span) {
  for (int asked = 1;; ++asked) {
    std::optional<Error> refusal;
    try {
      co_return co_await Ask(0ms, &span);
    } catch (const Error& error) {
      refusal = error;  // acted upon below
    }
    if (IsFinal(*refusal) || asked == kFirstTries) throw *refusal;
    co_await Pause(*refusal);
  }
}

Task<EventPage> EventStream::Ask(milliseconds wait, const telemetry::Span* span) {
  rpc::Incoming incoming = caller_;
  incoming.deadline = runtime::After(wait + kAnswerLimit);
  CallContext call(incoming.deadline);
  if (span != nullptr) rpc::CallContextBuilder(call).Span(*span);
  const auto request = of_.form.Request(position_, wait);
  std::string answer;
  co_await of_.backend.Call(of_.method, std::move(incoming), call, *request, answer);
  co_return of_.form.Read(answer);
}

// With the position where that has moved: who comes back much later need not read everything anew.
std::optional<std::string> EventStream::Heartbeat(Instant now) {
  if (now < beat_at_) return std::nullopt;
  beat_at_ = now + of_.heartbeat;
  std::string text(":\n");
  if (told_ != position_) text.append("id: ").append(position_).append("\n");
  told_ = position_;
  return text + "\n";
}

Task<> EventStream::Pause(const Error& why) {
  const auto now = steady_clock::now();
  const std::chrono::nanoseconds asked = why.retry_after.value_or(0ms);
  const auto pause = std::max(backoff_.Next(), asked);
  co_await runtime::SleepFor(
      std::min<std::chrono::nanoseconds>(pause, std::max(beat_at_ - now, Instant::duration{})));
}

Task<std::optional<std::string>> EventStream::Next() {
  if (!text_.empty()) co_return std::exchange(text_, {});
  while (true) {
    const auto asked_at = steady_clock::now();
    if (auto beat = Heartbeat(asked_at)) co_return beat;
    const auto wait = std::chrono::ceil<milliseconds>(beat_at_ - asked_at);
    EventPage page;
    std::optional<Error> refusal;
    try {
      page = co_await Ask(wait, nullptr);
    } catch (const Error& error) {
      refusal = error;  // acted upon below
    }
    if (refusal) {
      if (IsFinal(*refusal)) co_return std::nullopt;
      co_await Pause(*refusal);
      continue;
    }
    backoff_.Reset();
    position_ = std::move(page.next);
    if (page.expired || !page.text.empty()) {
      beat_at_ = steady_clock::now() + of_.heartbeat;
      told_ = position_;
      co_return page.expired ? BareEvent("reset", position_) : std::move(page.text);
    }
    if (steady_clock::now() - asked_at < std::min(wait, kTooSoon)) co_await runtime::SleepFor(kTooSoon);
  }
}

std::string EventStream::Last() { return RetryLine() + "\n"; }

}  // namespace market::gateway
