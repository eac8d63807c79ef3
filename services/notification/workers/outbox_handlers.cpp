#include "services/notification/workers/outbox_handlers.hpp"

namespace market::notification {

void HandleOutbox(outbox::Relay& relay, Mailing& mailing) {
  relay.Handle(std::string(kMail),
               [&mailing](const outbox::Message& message, const telemetry::Span& span) -> Task<> {
                 auto call = CallContext::ForWork(kMailLimit, span);
                 co_await mailing.Deliver(call, message);
               });
}

}  // namespace market::notification
