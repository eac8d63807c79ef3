#include "services/user/workers/outbox_handlers.hpp"

#include "services/user/messages.hpp"

namespace market::user {

constexpr std::chrono::seconds kBindLimit{5};

void HandleOutbox(outbox::Relay& relay, api::AuthApi& auth) {
  relay.Handle(std::string(kSellerBind),
               [&auth](const outbox::Message& message, const telemetry::Span& span) -> Task<> {
                 auto call = CallContext::ForWork(kBindLimit, span);
                 co_await auth.BindSeller(call, BindingFrom(message));
               });
}

}  // namespace market::user
