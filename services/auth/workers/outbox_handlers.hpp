// Delivers what auth's outbox holds.
#pragma once
#include "marketplace/user/v1/user.market.hpp"
#include "platform/outbox/relay.hpp"

namespace market::auth {

// `users` must outlive the relay.
void HandleOutbox(outbox::Relay& relay, api::UserApi& users);

}  // namespace market::auth
