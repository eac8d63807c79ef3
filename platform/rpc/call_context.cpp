#include "platform/rpc/call_context.hpp"

#include <algorithm>
#include <stdexcept>

#include "platform/core/error.hpp"
#include "platform/rpc/languages.hpp"
#include "platform/rpc/method.hpp"

namespace market::rpc {

bool IsRequestId(std::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

const telemetry::Span CallContext::kNoSpan;

CallContext CallContext::ForWork(std::chrono::milliseconds limit, const telemetry::Span& span) {
  CallContext call(runtime::After(limit));
  call.span_ = &span;
  return call;
}

const identity::Principal& CallContext::Caller() const {
  if (!principal_) throw Error(Code::kUnauthenticated, "UNAUTHENTICATED", "an access token is needed");
  return *principal_;
}

const rpc::Method& CallContext::Method() const {
  if (method_ == nullptr) throw std::logic_error("no caller called a method");
  return *method_;
}

std::vector<std::string> CallContext::Languages(std::string_view named) const {
  return LanguagesIn(named, accept_language_);
}

const Uuid& CallContext::OperationId() const {
  if (!operation_id_) throw std::logic_error("only a call that changes something has an operation id");
  return *operation_id_;
}

CallContextBuilder& CallContextBuilder::Method(const rpc::Method& method) {
  const auto priority = method.policy.priority();
  const bool checkout =
      priority == marketplace::options::v1::SAGA || priority == marketplace::options::v1::CHECKOUT;
  call_.method_ = &method;
  call_.lane_ = checkout ? Lane::kCheckout : Lane::kRequest;
  return *this;
}

CallContextBuilder& CallContextBuilder::CopyOf(const CallContext& other) {
  call_.deadline_ = other.deadline_;
  call_.principal_ = other.principal_;
  call_.method_ = other.method_;
  call_.lane_ = other.lane_;
  call_.reach_ = other.reach_;
  call_.service_ = other.service_;
  call_.client_address_ = other.client_address_;
  call_.user_agent_ = other.user_agent_;
  call_.accept_language_ = other.accept_language_;
  call_.token_ = other.token_;
  call_.request_id_ = other.request_id_;
  call_.idempotency_key_ = other.idempotency_key_;
  return *this;
}

}  // namespace market::rpc
