#include "services/user/workers/outbox_handlers.hpp"

#include <stdexcept>

#include "services/user/messages.hpp"

namespace market::user {
namespace {

constexpr std::chrono::seconds kCallLimit{5};

Task<> BindSeller(api::AuthApi& auth, outbox::Message message, const telemetry::Span& span) {
  api::auth::BindSellerRequest request;
  if (!request.ParseFromString(message.payload))
    throw std::runtime_error("the payload is not a BindSellerRequest");
  auto call = CallContext::ForWork(kCallLimit, span);
  co_await auth.BindSeller(call, std::move(request));
}

}  // namespace

void HandleOutbox(outbox::Relay& relay, api::AuthApi& auth) {
  relay.Handle(std::string(kSellerBind),
               [&auth](const outbox::Message& message, const telemetry::Span& span) {
                 return BindSeller(auth, message, span);
               });
}

}  // namespace market::user
