#include "services/auth/workers/outbox_handlers.hpp"

#include <stdexcept>

#include "services/auth/messages.hpp"

namespace market::auth {
namespace {

constexpr std::chrono::seconds kCallLimit{5};

Task<> CreateProfile(api::UserApi& users, outbox::Message message, const telemetry::Span& span) {
  api::user::CreateProfileRequest request;
  if (!request.ParseFromString(message.payload))
    throw std::runtime_error("the payload is not a CreateProfileRequest");
  auto call = CallContext::ForWork(kCallLimit, span);
  co_await users.CreateProfile(call, std::move(request));
}

}  // namespace

void HandleOutbox(outbox::Relay& relay, api::UserApi& users) {
  relay.Handle(std::string(kProfileCreate),
               [&users](const outbox::Message& message, const telemetry::Span& span) {
                 return CreateProfile(users, message, span);
               });
}

}  // namespace market::auth
