#include "services/user/workers/outbox_handlers.hpp"

#include "platform/telemetry/log.hpp"
#include "services/user/messages.hpp"

namespace market::user {
namespace {

constexpr std::chrono::seconds kBindLimit{5};

// An account that is gone is nobody's member, and never will be: there is nothing to try again.
Task<> Bind(api::AuthApi& auth, const outbox::Message& message, const telemetry::Span& span) {
  auto call = CallContext::ForWork(kBindLimit, span);
  const auto request = BindingFrom(message);
  try {
    co_await auth.BindSeller(call, request);
  } catch (const Error& error) {
    if (error.code != Code::kNotFound) throw;
    telemetry::log::Warn("user.bind_refused", {{"seller_id", request.seller_id()}, {"reason", error.reason}},
                         &call.Trace());
  }
}

Task<> Unbind(api::AuthApi& auth, const outbox::Message& message, const telemetry::Span& span) {
  auto call = CallContext::ForWork(kBindLimit, span);
  co_await auth.UnbindSeller(call, UnbindingFrom(message));
}

}  // namespace

void HandleOutbox(outbox::Relay& relay, api::AuthApi& auth) {
  relay.Handle(std::string(kSellerBind),
               [&auth](const outbox::Message& message, const telemetry::Span& span) -> Task<> {
                 co_await Bind(auth, message, span);
               });
  relay.Handle(std::string(kSellerUnbind),
               [&auth](const outbox::Message& message, const telemetry::Span& span) -> Task<> {
                 co_await Unbind(auth, message, span);
               });
}

}  // namespace market::user
