#include "services/auth/workers/outbox_handlers.hpp"

#include "services/auth/messages.hpp"

namespace market::auth {

constexpr std::chrono::seconds kProfileLimit{5};

void HandleOutbox(outbox::Relay& relay, api::UserApi& users) {
  relay.Handle(std::string(kProfileCreate),
               [&users](const outbox::Message& message, const telemetry::Span& span) -> Task<> {
                 auto call = CallContext::ForWork(kProfileLimit, span);
                 co_await users.CreateProfile(call, ProfileRequestFrom(message));
               });
}

}  // namespace market::auth
