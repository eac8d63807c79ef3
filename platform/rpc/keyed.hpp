// Internal to platform/rpc. Calls under an idempotency key: claimed before the first effect, run once, their
// definitive answer kept and replayed. A key is its account's, or of who knows the token that a call without one
// brings (FieldRules.header): nobody sees another's answers. Io thread only.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/idempotency/store.hpp"
#include "platform/resilience/admission.hpp"
#include "platform/rpc/method.hpp"

namespace market::rpc {

// What an Idempotency-Key means to a method (contract, section 2).
enum class KeyRule : std::uint8_t {
  kNone,     // nothing: the method changes nothing, or is for services, whose requests carry ids of their own
  kRefused,  // the answer is a secret, which is never kept
  kHonoured,  // it is optional
  kRequired,
};
KeyRule KeyRuleOf(const Method& method);

// The key that a call with this header runs under; nullopt without one. Throws Error INVALID_ARGUMENT.
std::optional<std::string> KeyOf(KeyRule rule, std::string_view header);

// The key of an Idempotency-Key header, quoted (the IETF draft) or bare. Throws Error INVALID_ARGUMENT:
// REQUIRED when it is missing, or what is wrong with it.
std::string ReadIdempotencyKey(std::string_view header);

// SHA-256 of the method and of the request in its canonical form.
std::string Fingerprint(const Method& method, const Message& request);

// One such call with all it needs, so that it can go on without its caller.
struct KeyedCall {
  KeyedCall(const Bound& bound, idempotency::Store& store, const CallContext& caller)
      : bound(bound),
        store(store),
        span(caller.Span().Child(bound.method->name, telemetry::SpanKind::kInternal)),
        call(runtime::kNoDeadline) {
    CallContextBuilder(call).CopyOf(caller).Span(span);
  }

  const Bound& bound;
  idempotency::Store& store;
  telemetry::Span span;  // goes on when the caller's has ended
  CallContext call;
  std::unique_ptr<Message> request;
  std::unique_ptr<Message> response;
  resilience::Admission::Permit permit;
  bool replayed = false;
};

// Runs the handler unless the key has an answer, which is then given again. Throws what the handler throws,
// or the refusal that the key keeps.
Task<> RunKeyed(KeyedCall& keyed);

}  // namespace market::rpc
