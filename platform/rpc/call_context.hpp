// Everything one call carries besides its message: deadline, trace, caller. Made once at the edge of a
// process, passed by reference to the handler and to every peer the handler calls;
// lives until the handler's task ends.
//
// Background work makes its own with CallContext::ForWork. Io thread only;
// not copyable, since its identity is the call.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/id.hpp"
#include "platform/identity/principal.hpp"
#include "platform/runtime/task.hpp"
#include "platform/telemetry/work.hpp"

namespace market::idempotency {
struct RequestKey;
}

namespace market::rpc {

// 1 to 128 visible ASCII characters: what is taken as a request id from outside.
bool IsRequestId(std::string_view text);

struct Method;

// What a call may touch besides its caller's own things, by the permission that the method's policy names.
struct Reach {
  bool everything = false;        // a role of the account grants it: an operator
  std::vector<SellerId> sellers;  // these memberships grant it
};

class CallContext {
 public:
  explicit CallContext(runtime::Deadline deadline) : deadline_(deadline) {}
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  // For workers: a fresh deadline and no caller. `span` is the work's own and outlives the context.
  static CallContext ForWork(std::chrono::milliseconds limit, const telemetry::Span& span);

  runtime::Deadline Deadline() const { return deadline_; }
  // What is done for this call is done under its span, and within its time.
  const telemetry::Span& Span() const { return *span_; }
  const telemetry::TraceContext& Trace() const { return span_->Context(); }
  operator Work() const { return {deadline_, *span_, lane_}; }  // NOLINT(google-explicit-constructor)

  // The signed-in caller. Throws Error UNAUTHENTICATED for an anonymous call; methods whose policy demands an
  // account never see that.
  const identity::Principal& Caller() const;
  const identity::Principal* CallerOrNull() const { return principal_ ? &*principal_ : nullptr; }
  // As the caller called it. Throws std::logic_error where no caller did: in the work of a worker.
  const rpc::Method& Method() const;
  // The scope for storage. Nothing for an anonymous call, and for a method whose policy names no permission.
  const rpc::Reach& Reach() const { return reach_; }
  // Certificate name of the calling service; empty for calls from outside.
  std::string_view Service() const { return service_; }
  // Where the call comes from: what a proxy of ours says of its client, else the peer. An address without a
  // port; empty in the work of a worker.
  std::string_view ClientAddress() const { return client_address_; }
  // What the client calls itself (RFC 9110 section 10.1.5): printable ASCII, at most kUserAgentCharsMax. Anybody
  // may say anything; empty for who says nothing.
  std::string_view UserAgent() const { return user_agent_; }
  // The languages that the caller reads, the best first: `named`, which the request itself asks for, then those of
  // Accept-Language. Parsed each time: for methods whose answer depends on it (platform/rpc/languages.hpp).
  std::vector<std::string> Languages(std::string_view named) const;

  // Of a method that changes something for its caller: the natural key of the effect. Every run of a request
  // under one idempotency key has the same (platform/idempotency), without a key each call has its own.
  const Uuid& OperationId() const;
  // Of a method whose contract says `claims_key`, under a key; null otherwise. The method's own to claim and to
  // answer; lives as long as the call.
  idempotency::RequestKey* RequestKey() const { return request_key_; }
  // Tells the edge that the answer is not the last word (202):
  // the key stays open and a retry runs the handler again.
  void LeaveOpen() { settled_ = false; }

  // Set by the edge, read by clients that forward them.
  // Token is the whole header value, "Bearer …", or empty.
  std::string_view Token() const { return token_; }
  std::string_view AcceptLanguage() const { return accept_language_; }
  std::string_view RequestId() const { return request_id_; }
  std::string_view IdempotencyKey() const { return idempotency_key_; }
  bool Settled() const { return settled_; }
  // True when the answer is a replay of an earlier one.
  bool Replayed() const { return replayed_; }

 private:
  friend class CallContextBuilder;
  static const telemetry::Span kNoSpan;
  CallContext(CallContext&&) = default;

  runtime::Deadline deadline_;
  const telemetry::Span* span_ = &kNoSpan;
  std::optional<identity::Principal> principal_;
  const rpc::Method* method_ = nullptr;
  Lane lane_ = Lane::kWorker;
  rpc::Reach reach_;
  std::string service_;
  std::string client_address_;
  std::string user_agent_;
  std::string accept_language_;
  std::string token_;
  std::string request_id_;
  std::string idempotency_key_;
  std::optional<Uuid> operation_id_;
  idempotency::RequestKey* request_key_ = nullptr;
  bool settled_ = true;
  bool replayed_ = false;
};

// The edge's hands on a context; handlers never see it.
class CallContextBuilder {
 public:
  explicit CallContextBuilder(CallContext& call) : call_(call) {}
  // All that came with the call but its span; not what happened to it since.
  CallContextBuilder& CopyOf(const CallContext& other);
  CallContextBuilder& Deadline(runtime::Deadline deadline) {
    call_.deadline_ = deadline;
    return *this;
  }
  // Must outlive the context.
  CallContextBuilder& Span(const telemetry::Span& span) {
    call_.span_ = &span;
    return *this;
  }
  CallContextBuilder& Caller(identity::Principal principal) {
    call_.principal_ = std::move(principal);
    return *this;
  }
  CallContextBuilder& Method(const rpc::Method& method);
  CallContextBuilder& Reach(rpc::Reach reach) {
    call_.reach_ = std::move(reach);
    return *this;
  }
  CallContextBuilder& Service(std::string service) {
    call_.service_ = std::move(service);
    return *this;
  }
  CallContextBuilder& ClientAddress(std::string address) {
    call_.client_address_ = std::move(address);
    return *this;
  }
  CallContextBuilder& UserAgent(std::string user_agent) {
    call_.user_agent_ = std::move(user_agent);
    return *this;
  }
  // As PlainAcceptLanguage gives it.
  CallContextBuilder& AcceptLanguage(std::string header) {
    call_.accept_language_ = std::move(header);
    return *this;
  }
  CallContextBuilder& Token(std::string token) {
    call_.token_ = std::move(token);
    return *this;
  }
  CallContextBuilder& RequestId(std::string id) {
    call_.request_id_ = std::move(id);
    return *this;
  }
  CallContextBuilder& IdempotencyKey(std::string key) {
    call_.idempotency_key_ = std::move(key);
    return *this;
  }
  CallContextBuilder& OperationId(const Uuid& id) {
    call_.operation_id_ = id;
    return *this;
  }
  // Must outlive the context.
  CallContextBuilder& RequestKey(idempotency::RequestKey* key) {
    call_.request_key_ = key;
    return *this;
  }
  CallContextBuilder& Replayed(bool replayed) {
    call_.replayed_ = replayed;
    return *this;
  }

 private:
  CallContext& call_;
};

}  // namespace market::rpc

namespace market {
using rpc::CallContext;
}
