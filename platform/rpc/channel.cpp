#include "platform/rpc/channel.hpp"

#include <unordered_map>

#include "platform/core/error.hpp"
#include "platform/grpc/channel.hpp"
#include "platform/resilience/circuit_breaker.hpp"
#include "platform/resilience/retry.hpp"
#include "platform/rpc/call_metrics.hpp"
#include "platform/rpc/error_table.hpp"
#include "platform/rpc/keyed.hpp"
#include "platform/telemetry/log.hpp"

namespace market::rpc {
namespace {

using resilience::CircuitBreaker;
using resilience::SteadyTime;
using resilience::TimeGiven;

constexpr std::uint32_t kAttemptsMax = 3;
constexpr std::chrono::seconds kFailureLogPause{1};

// What one attempt came to.
struct Attempt {
  std::optional<Error> error;
  grpc::ClientReply::Sent sent = grpc::ClientReply::Sent::kMaybe;
};

// Words for the outside in place of the transport's own, which name hosts and protocol details.
std::string_view PublicWords(Code code) {
  switch (code) {
    case Code::kDeadlineExceeded:
      return "it took too long";
    case Code::kCancelled:
      return "the call was cancelled";
    case Code::kUnavailable:
      return "a part of the marketplace can't be reached";
    case Code::kResourceExhausted:
      return "too busy right now";
    default:
      return "a part of the marketplace does not answer as it should";
  }
}

// Whether trying again can do no harm: the method says so, or the peer never saw the call.
// Who waits for news comes again by itself, as all others who wait do: together they would use up the budget.
bool MayRepeat(const Method& method, const Attempt& attempt) {
  if (method.policy.waits()) return false;
  if (attempt.sent == grpc::ClientReply::Sent::kNo) return true;
  if (!method.repeatable) return false;
  return attempt.error->code == Code::kUnavailable || attempt.error->reason == "OVERLOADED";
}

// To a client all but OK is an error. Whose fault it is decides whether the trace is kept, and so does the
// peer, which may have kept its part for a fault that it mended.
void Describe(telemetry::Span& span, const std::string& peer, const grpc::ClientReply& reply) {
  if (!span.Recording()) return;
  const Code code = reply.status.code;
  span.Set("rpc.system.name", "grpc");
  span.Set("server.address", std::string(peer));
  span.Set("rpc.response.status_code", CodeName(code));
  if (code != Code::kOk) span.Fail(std::string(CodeName(code)));
  if (IsOurFault(code) || reply.trailing.Get("traceresponse")) span.Keep();
}

}  // namespace

struct Channel::State {
  State(std::string name, grpc::Channel& to, telemetry::Metrics& to_metrics, ChannelOptions with)
      : peer(std::move(name)), transport(to), metrics(to_metrics), options(std::move(with)) {
    Publish(reads, "read");
    Publish(writes, "write");
    auto& connections =
        metrics.AddGauge("market_grpc_client_connections", "open connections", {{"peer", peer}});
    auto& tokens =
        metrics.AddGauge("market_retry_budget_tokens",
                         "retry budget left, of 100; at 50 and below nothing is retried", {{"peer", peer}});
    metrics.Collect([this, &connections, &tokens] {
      connections.Set(static_cast<double>(transport.Stats().connections_open));
      tokens.Set(budget.Tokens());
    });
  }

  void Publish(CircuitBreaker& breaker, std::string_view kind) {
    auto& gauge = metrics.AddGauge("market_circuit_breaker_state",
                                   "state of the circuit breaker: 0 closed, 1 open, 2 half-open",
                                   {{"peer", peer}, {"class", std::string(kind)}});
    breaker.OnChange([this, &gauge, kind](CircuitBreaker::State state) {
      gauge.Set(static_cast<double>(state));
      telemetry::log::Warn("breaker.changed",
                           {{"peer", peer}, {"class", kind}, {"state", static_cast<int>(state)}});
    });
  }

  CallMetrics& MetricsOf(const Method& method) {
    const auto known = methods.find(&method);
    if (known != methods.end()) return known->second;
    return methods.emplace(&method, CallMetrics(CallMetrics::Side::kClient, metrics, method)).first->second;
  }

  Task<> Call(const Method& method, CallContext& call, const Message& request, std::string& response);
  Task<Attempt> TryOnce(const Method& method, CallContext& call, const std::string& bytes,
                        std::string& response, runtime::Deadline deadline, TimeGiven given);
  grpc::Metadata MetadataFor(const Method& method, const CallContext& call,
                             const telemetry::Span& span) const;
  Error Failure(const Method& method, const grpc::Status& status, const CallContext& call);

  const std::string peer;
  grpc::Channel& transport;
  telemetry::Metrics& metrics;
  const ChannelOptions options;
  CircuitBreaker reads{"reads"};
  CircuitBreaker writes{"writes"};
  resilience::RetryBudget budget;
  telemetry::Counter& retries{
      metrics.AddCounter("grpc_client_retries_total", "attempts after the first", {{"peer", peer}})};
  std::unordered_map<const Method*, CallMetrics> methods;
  SteadyTime failure_logged_at{};
};

grpc::Metadata Channel::State::MetadataFor(const Method& method, const CallContext& call,
                                           const telemetry::Span& span) const {
  grpc::Metadata metadata;
  metadata.Add("traceparent", span.Context().ToTraceparent());
  if (!call.Token().empty()) metadata.Add("authorization", std::string(call.Token()));
  if (!call.RequestId().empty()) metadata.Add("x-request-id", std::string(call.RequestId()));
  if (!call.ClientAddress().empty()) metadata.Add("x-forwarded-for", std::string(call.ClientAddress()));
  if (!call.UserAgent().empty()) metadata.Add("x-forwarded-user-agent", std::string(call.UserAgent()));
  if (!call.AcceptLanguage().empty()) metadata.Add("accept-language", std::string(call.AcceptLanguage()));
  if (!call.IdempotencyKey().empty() && KeyRuleOf(method) != KeyRule::kNone) {
    metadata.Add("idempotency-key", std::string(call.IdempotencyKey()));
  }
  if (!options.plaintext_service.empty()) metadata.Add("x-market-service", options.plaintext_service);
  return metadata;
}

Error Channel::State::Failure(const Method& method, const grpc::Status& status, const CallContext& call) {
  Error error = FromStatus(status);
  if (!status.details.empty()) return error;
  const auto now = std::chrono::steady_clock::now();
  if (now - failure_logged_at >= kFailureLogPause) {
    failure_logged_at = now;
    telemetry::log::Warn(
        "rpc.peer_failed",
        {{"peer", peer}, {"method", method.path}, {"code", CodeName(status.code)}, {"msg", status.message}},
        &call.Trace());
  }
  error.message = PublicWords(status.code);
  return error;
}

Task<Attempt> Channel::State::TryOnce(const Method& method, CallContext& call, const std::string& bytes,
                                      std::string& response, runtime::Deadline deadline, TimeGiven given) {
  auto& breaker = method.safe ? reads : writes;
  // A call that waits tells too late whether its peer is well.
  const bool waits = method.policy.waits();
  auto permit = waits ? std::optional<CircuitBreaker::Call>() : breaker.TryCall();
  if (!permit && !waits) {
    throw Unavailable(std::string(PublicWords(Code::kUnavailable)))
        .WithRetryAfter(breaker.RetryAfter(std::chrono::steady_clock::now()));
  }
  auto span = call.Span().Child(method.SpanName(), telemetry::SpanKind::kClient);
  auto reply = co_await transport.Call(method.path, bytes,
                                       {.deadline = deadline, .metadata = MetadataFor(method, call, span)});
  Describe(span, peer, reply);
  if (permit) permit->Report(resilience::OutcomeOf(reply.status.code, given));
  if (reply.trailing.Get("idempotent-replayed") == "true") CallContextBuilder(call).Replayed(true);
  Attempt attempt{.error = std::nullopt, .sent = reply.sent};
  if (!reply.status.Ok()) attempt.error = Failure(method, reply.status, call);
  response = std::move(reply.message);
  co_return attempt;
}

Task<> Channel::State::Call(const Method& method, CallContext& call, const Message& request,
                            std::string& response) {
  const auto now = std::chrono::steady_clock::now();
  const auto deadline = resilience::Shrink(call.Deadline(), method.timeout, now);
  const auto given = deadline >= now + method.timeout ? TimeGiven::kFullCap : TimeGiven::kLess;
  const auto bytes = request.SerializeAsString();
  runtime::Backoff backoff(runtime::kBetweenAttempts);
  for (std::uint32_t made = 1;; ++made) {
    const auto attempt = co_await TryOnce(method, call, bytes, response, deadline, given);
    if (!attempt.error) {
      budget.OnSuccess();
      co_return;
    }
    const auto pause =
        MayRepeat(method, attempt) ? resilience::PauseBefore(*attempt.error, backoff) : std::nullopt;
    if (!pause) throw *attempt.error;
    budget.OnFailure();
    if (made >= kAttemptsMax || !budget.Allows() || resilience::Remaining(deadline) <= *pause)
      throw *attempt.error;
    retries.Increment();
    co_await runtime::SleepFor(*pause);
  }
}

Channel::Channel(std::string peer, grpc::Channel& transport, telemetry::Metrics& metrics,
                 ChannelOptions options)
    : state_(std::make_unique<State>(std::move(peer), transport, metrics, std::move(options))) {}

Channel::~Channel() = default;

Task<> Channel::Call(const Method& method, CallContext& call, const Message& request, Message& response) {
  std::string bytes;
  co_await Call(method, call, request, bytes);
  if (response.ParseFromString(bytes)) co_return;
  throw state_->Failure(method, {Code::kInternal, "the answer is not a " + response.GetTypeName(), {}}, call);
}

Task<> Channel::Call(const Method& method, CallContext& call, const Message& request, std::string& response) {
  auto& series = state_->MetricsOf(method);
  series.Started();
  const auto started = std::chrono::steady_clock::now();
  Code code = Code::kCancelled;  // what leaves as another exception than Error is a cancelled coroutine
  try {
    co_await state_->Call(method, call, request, response);
    code = Code::kOk;
  } catch (const Error& error) {
    series.Handled(error.code, std::chrono::steady_clock::now() - started, call.Trace());
    throw;
  } catch (...) {
    series.Handled(code, std::chrono::steady_clock::now() - started, call.Trace());
    throw;
  }
  series.Handled(code, std::chrono::steady_clock::now() - started, call.Trace());
}

}  // namespace market::rpc
