#include "platform/rpc/edge.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <unordered_map>

#include "platform/core/error.hpp"
#include "platform/grpc/server.hpp"
#include "platform/identity/token_verifier.hpp"
#include "platform/resilience/admission.hpp"
#include "platform/rpc/call_metrics.hpp"
#include "platform/rpc/client_address.hpp"
#include "platform/rpc/edge_metrics.hpp"
#include "platform/rpc/error_table.hpp"
#include "platform/rpc/keyed.hpp"
#include "platform/rpc/languages.hpp"
#include "platform/rpc/policy.hpp"
#include "platform/rules/validation.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/telemetry/log.hpp"
#include "platform/telemetry/tracer.hpp"

namespace market::rpc {
namespace {

namespace options = marketplace::options::v1;
using resilience::Priority;

// What a call brings, through whichever door; views into what the door holds until the call ends.
struct Arrival {
  runtime::Deadline deadline;
  std::string_view service;  // certificate name of a calling service; empty: from outside
  std::string_view client_address;
  std::string_view user_agent;
  std::string_view accept_language;
  std::string_view authorization;
  std::string_view request_id;
  std::string_view idempotency_key;
};

// The message as it came: bytes, or already typed.
struct Body {
  std::string_view bytes;
  const Message* message = nullptr;
};

Priority PriorityOf(const Method& method) {
  switch (method.policy.priority()) {
    case options::SAGA:
      return Priority::kInProgress;
    case options::CHECKOUT:
      return Priority::kCheckout;
    case options::LOGIN:
      return Priority::kSession;
    case options::BROWSE:
      return Priority::kBrowse;
    default:
      return method.safe ? Priority::kBrowse : Priority::kCheckout;
  }
}

runtime::Deadline DeadlineOf(const Method& method, const Arrival& arrival) {
  if (arrival.deadline == runtime::kNoDeadline && !arrival.service.empty()) {
    throw InvalidArgument("grpc-timeout", "REQUIRED", "a service must call with a deadline");
  }
  return std::min(arrival.deadline, runtime::After(method.timeout));
}

std::unique_ptr<Message> ReadBody(const Method& method, const Body& body) {
  std::unique_ptr<Message> request(method.request->New());
  if (body.message != nullptr) {
    request->CopyFrom(*body.message);
  } else if (!request->ParseFromArray(body.bytes.data(), static_cast<int>(body.bytes.size()))) {
    throw Error(Code::kInvalidArgument, "INVALID_ARGUMENT",
                "the message is not a " + method.descriptor->input_type()->name());
  }
  return request;
}

// The conventions' rule for a server: only what is our fault is an error.
void Describe(telemetry::Span& span, const Error& error) {
  span.Set("rpc.response.status_code", CodeName(error.code));
  span.Set("error.type", std::string(error.reason));
  if (IsOurFault(error.code)) span.Fail(error.message);
}

// This process keeps its part of a trace that was not sampled; whoever called should keep theirs.
// www.w3.org/TR/trace-context-2, traceresponse.
void AddTraceResponse(const telemetry::Span& span, grpc::Metadata& trailing) {
  auto context = span.Context();
  context.flags |= telemetry::TraceContext::kSampled;
  trailing.Add("traceresponse", context.ToTraceparent());
}

// What needs no account goes on without one, but nothing is done for somebody who said who he is and was not
// believed: making a session is the exception, since that is what the token has ended for.
bool GoesOnWithoutToken(const Method& method) {
  return method.Allows(options::PUBLIC) && (method.safe || method.policy.secret_answer());
}

identity::Principal ByCertificate() {
  return {.account = {},
          .session = {},
          .permissions = identity::Permissions::Every(),
          .sellers = {},
          .bearer = identity::Bearer::kCertificate};
}

Task<> RunDetached(std::shared_ptr<KeyedCall> keyed, std::shared_ptr<runtime::OneShot<>> done) {
  try {
    co_await RunKeyed(*keyed);
    done->Set();
  } catch (...) {  // given to the caller; if it has left, what matters is in the log
    if (done->Done()) Outward(std::current_exception(), &keyed->call.Trace());
    done->Fail(std::current_exception());
  }
}

}  // namespace

struct Edge::State {
  struct Entry {
    Bound bound;
    idempotency::Store* answers;
    KeyRule key_rule;
    Priority priority;
    CallMetrics metrics;
  };

  Task<std::optional<Error>> Run(Entry& entry, const Arrival& arrival, const Body& body, CallContext& call,
                                 Message& response);
  Task<> RunUnderKey(Entry& entry, std::string key, resilience::Admission::Permit permit,
                     std::unique_ptr<Message> request, CallContext& call, Message& response);
  Task<grpc::UnaryReply> Serve(Entry& entry, grpc::ServerCall& server_call, std::string bytes);

  void Begin(const Entry& entry, const Arrival& arrival, CallContext& call) const;
  std::string_view IdentityOf(const grpc::ServerCall& server_call) const;
  Arrival ArrivalOf(const grpc::ServerCall& server_call) const;
  telemetry::Span SpanOf(const Entry& entry, const grpc::ServerCall& server_call);
  runtime::TaskGroup& Detached(const boost::asio::any_io_executor& executor);
  void Report(Entry& entry, const CallContext& call, std::chrono::nanoseconds took, const Error* error);

  EdgeOptions options;
  identity::TokenVerifier& verifier;
  resilience::Admission& admission;
  telemetry::Metrics& metrics;
  telemetry::Tracer& tracer;
  std::deque<Entry> entries;
  std::unordered_map<const Method*, Entry*> by_method;
  std::optional<runtime::TaskGroup> detached;  // made at the first call under a key, which knows the executor
  std::uint32_t not_logged = 0;
};

// What needs no waiting and no message.
void Edge::State::Begin(const Entry& entry, const Arrival& arrival, CallContext& call) const {
  CallContextBuilder builder(call);
  if (!arrival.service.empty()) builder.Service(std::string(arrival.service));
  builder.ClientAddress(std::string(arrival.client_address));
  builder.UserAgent(PlainUserAgent(arrival.user_agent));
  builder.AcceptLanguage(PlainAcceptLanguage(arrival.accept_language));
  if (IsRequestId(arrival.request_id)) builder.RequestId(std::string(arrival.request_id));
  const auto& method = *entry.bound.method;
  CheckVisible(method, call);
  builder.Method(method);
  builder.Deadline(DeadlineOf(method, arrival));
}

Task<std::optional<Error>> Edge::State::Run(Entry& entry, const Arrival& arrival, const Body& body,
                                            CallContext& call, Message& response) {
  const auto started = std::chrono::steady_clock::now();
  entry.metrics.Started();
  std::optional<Error> error;
  try {
    const auto& method = *entry.bound.method;
    Begin(entry, arrival, call);
    if (arrival.service == options.operators) {
      CallContextBuilder(call).Caller(ByCertificate()).Reach(ReachOf(method, call.Caller()));
    } else if (!arrival.authorization.empty()) {
      try {
        const auto* known = verifier.TryVerify(arrival.authorization);
        CallContextBuilder(call)
            .Caller(known != nullptr ? *known
                                     : co_await verifier.Verify(arrival.authorization, call.Deadline()))
            .Token(std::string(arrival.authorization))
            .Reach(ReachOf(method, call.Caller()));
      } catch (const Error& refusal) {
        if (refusal.code != Code::kUnauthenticated || !GoesOnWithoutToken(method)) throw;
      }
    }
    const Grant grant = CheckPolicy(method, call);
    auto permit = admission.TryEnter(entry.priority);
    if (!permit) permit = co_await admission.Enter(entry.priority, call.Deadline());
    auto request = ReadBody(method, body);
    if (grant == Grant::kIfMember) CheckMembership(method, call, *request);
    rules::Apply(*request);
    if (method.policy.waits()) permit.reset();
    if (auto key = KeyOf(entry.key_rule, arrival.idempotency_key)) {
      co_await RunUnderKey(entry, std::move(*key), std::move(*permit), std::move(request), call, response);
    } else {
      if (entry.key_rule == KeyRule::kHonoured) CallContextBuilder(call).OperationId(Uuid::NewV7());
      co_await entry.bound.invoke(call, *request, response);
    }
  } catch (...) {  // the edge: every exception becomes an answer
    error = Outward(std::current_exception(), &call.Trace());
  }
  Report(entry, call, std::chrono::steady_clock::now() - started, error ? &*error : nullptr);
  co_return error;
}

// The handler is detached from its caller: a client that leaves must not cut an order in two.
Task<> Edge::State::RunUnderKey(Entry& entry, std::string key, resilience::Admission::Permit permit,
                                std::unique_ptr<Message> request, CallContext& call, Message& response) {
  CallContextBuilder(call).IdempotencyKey(std::move(key));
  auto keyed = std::make_shared<KeyedCall>(entry.bound, *entry.answers, call);
  keyed->request = std::move(request);
  keyed->response.reset(response.New());
  keyed->permit = std::move(permit);
  auto done = std::make_shared<runtime::OneShot<>>();
  Detached(co_await boost::asio::this_coro::executor)
      .Spawn(entry.bound.method->name, RunDetached(keyed, done));
  std::exception_ptr failure;
  try {
    co_await done->Wait(call.Deadline());
  } catch (...) {
    failure = std::current_exception();  // rethrown below
  }
  CallContextBuilder(call).Replayed(keyed->replayed);
  if (failure) std::rethrow_exception(failure);
  response.GetReflection()->Swap(&response, keyed->response.get());
}

Task<grpc::UnaryReply> Edge::State::Serve(Entry& entry, grpc::ServerCall& server_call, std::string bytes) {
  // A call that waits would be a slow trace, and every one of them is kept.
  auto span = entry.bound.method->policy.waits() ? telemetry::Span() : SpanOf(entry, server_call);
  CallContext call(runtime::kNoDeadline);
  CallContextBuilder(call).Span(span);
  const std::unique_ptr<Message> response(entry.bound.method->response->New());
  const Arrival arrival = ArrivalOf(server_call);
  const Body body{.bytes = bytes};
  grpc::UnaryReply reply;
  if (const auto error = co_await Run(entry, arrival, body, call, *response)) {
    Describe(span, *error);
    reply.status = ToStatus(*error);
    if (error->retry_after) {
      reply.trailing.Add("grpc-retry-pushback-ms", std::to_string(error->retry_after->count()));
    }
  } else {
    response->SerializeToString(&reply.message);
  }
  if (call.Replayed()) reply.trailing.Add("idempotent-replayed", "true");
  if (span.Kept() && !span.Context().Sampled()) AddTraceResponse(span, reply.trailing);
  co_return reply;
}

std::string_view Edge::State::IdentityOf(const grpc::ServerCall& server_call) const {
  const std::string_view identity = server_call.From().identity;
  if (!identity.empty() || options.plaintext_services != EdgeOptions::Plaintext::kByMetadata) return identity;
  return server_call.RequestMetadata().Get("x-market-service").value_or(std::string_view());
}

telemetry::Span Edge::State::SpanOf(const Entry& entry, const grpc::ServerCall& server_call) {
  const auto& method = *entry.bound.method;
  const auto traceparent = server_call.RequestMetadata().Get("traceparent").value_or(std::string_view());
  const auto identity = IdentityOf(server_call);
  const bool from_outside =
      identity.empty() ||
      (identity != options.gateway && std::ranges::find(options.outside, identity) != options.outside.end());
  using enum telemetry::SpanKind;
  auto span = from_outside ? tracer.Enter(method.SpanName(), kServer, traceparent)
                           : tracer.Continue(method.SpanName(), kServer, traceparent);
  span.Set("rpc.system.name", "grpc");
  span.Set("rpc.method", method.SpanName());
  return span;
}

Arrival Edge::State::ArrivalOf(const grpc::ServerCall& server_call) const {
  const auto& metadata = server_call.RequestMetadata();
  const auto text = [&](std::string_view key) { return metadata.Get(key).value_or(std::string_view()); };
  std::string_view service = IdentityOf(server_call);
  std::string_view client;
  // The edge passes on what a native client says of itself; the gateway and marketctl are clients of their own.
  const std::string_view user_agent = text(
      service == options.gateway || service == options.operators ? "x-forwarded-user-agent" : "user-agent");
  if (std::ranges::find(options.outside, service) != options.outside.end()) {
    service = {};
    client = LastForwarded(text("x-forwarded-for"));
  }
  if (client.empty()) client = HostOf(server_call.From().address);
  return {.deadline = server_call.Deadline(),
          .service = service,
          .client_address = client,
          .user_agent = user_agent,
          .accept_language = text("accept-language"),
          .authorization = text("authorization"),
          .request_id = text("x-request-id"),
          .idempotency_key = text("idempotency-key")};
}

runtime::TaskGroup& Edge::State::Detached(const boost::asio::any_io_executor& executor) {
  if (!detached) {
    detached.emplace(executor, [](std::string_view task, std::exception_ptr error) { Outward(error); });
  }
  return *detached;
}

void Edge::State::Report(Entry& entry, const CallContext& call, std::chrono::nanoseconds took,
                         const Error* error) {
  const Code code = error != nullptr ? error->code : Code::kOk;
  entry.metrics.Handled(code, took, call.Trace());
  const bool slow = took >= options.slow_after && !entry.bound.method->policy.waits();
  const bool dull = !IsOurFault(code) && !slow && !call.Trace().Sampled();
  if (dull && ++not_logged < options.log_one_of) return;
  not_logged = 0;
  telemetry::log::Info("rpc.call",
                       {{"method", entry.bound.method->path},
                        {"code", CodeName(code)},
                        {"reason", error != nullptr ? std::string_view(error->reason) : std::string_view()},
                        {"duration_us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()},
                        {"caller", call.Service()},
                        {"request_id", call.RequestId()}},
                       &call.Trace());
}

Edge::Edge(EdgeOptions options, identity::TokenVerifier& verifier, resilience::Admission& admission,
           telemetry::Metrics& metrics, telemetry::Tracer& tracer)
    : state_(new State{.options = std::move(options),
                       .verifier = verifier,
                       .admission = admission,
                       .metrics = metrics,
                       .tracer = tracer}) {
  PublishAdmission(admission, metrics);
}

Edge::~Edge() = default;

void Edge::Add(Binding binding, idempotency::Store* answers) {
  for (auto& bound : binding) {
    const auto& method = *bound.method;
    const auto key_rule = KeyRuleOf(method);
    if (answers == nullptr && key_rule >= KeyRule::kHonoured) {
      throw std::logic_error(method.path + " needs a store for its answers");
    }
    if (method.policy.claims_key() && key_rule != KeyRule::kRequired) {
      throw std::logic_error(method.path + " claims a key that it may come without");
    }
    rules::Prepare(*method.descriptor->input_type());
    auto& entry = state_->entries.emplace_back(
        State::Entry{.bound = std::move(bound),
                     .answers = answers,
                     .key_rule = key_rule,
                     .priority = PriorityOf(method),
                     .metrics = CallMetrics(CallMetrics::Side::kServer, state_->metrics, method)});
    state_->by_method.emplace(&method, &entry);
  }
}

void Edge::Serve(grpc::Server& server) {
  for (auto& entry : state_->entries) {
    server.HandleUnary(
        entry.bound.method->path,
        [state = state_.get(), &entry](grpc::ServerCall& server_call, std::string bytes) {
          return state->Serve(entry, server_call, std::move(bytes));
        },
        entry.bound.method->policy.waits() ? grpc::Pace::kWaiting : grpc::Pace::kWorking);
  }
  PublishServer(server, state_->metrics);
}

Task<> Edge::Call(const Method& method, Incoming incoming, CallContext& call, const Message& request,
                  Message& response) {
  const auto found = state_->by_method.find(&method);
  if (found == state_->by_method.end())
    throw Error(Code::kUnimplemented, "UNIMPLEMENTED", "there is no such method");
  const Arrival arrival{.deadline = incoming.deadline,
                        .service = {},
                        .client_address = incoming.client_address,
                        .user_agent = incoming.user_agent,
                        .accept_language = incoming.accept_language,
                        .authorization = incoming.authorization,
                        .request_id = incoming.request_id,
                        .idempotency_key = incoming.idempotency_key};
  const Body body{.bytes = {}, .message = &request};
  if (const auto error = co_await state_->Run(*found->second, arrival, body, call, response)) throw *error;
}

Task<bool> Edge::StillHolds(std::string token, runtime::Deadline deadline) {
  try {
    if (state_->verifier.TryVerify(token) == nullptr) co_await state_->verifier.Verify(token, deadline);
    co_return true;
  } catch (const Error& error) {
    co_return error.code != Code::kUnauthenticated;
  }
}

bool Edge::Waits() const {
  return std::ranges::any_of(state_->entries,
                             [](const auto& entry) { return entry.bound.method->policy.waits(); });
}

Task<> Edge::Drain(runtime::Deadline deadline) {
  if (state_->detached) co_await state_->detached->Join(deadline);
}

std::vector<const Method*> Edge::Methods() const {
  std::vector<const Method*> methods;
  for (const auto& entry : state_->entries) methods.push_back(entry.bound.method);
  return methods;
}

}  // namespace market::rpc
