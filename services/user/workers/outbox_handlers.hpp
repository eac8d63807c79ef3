// Delivers what user's outbox holds.
#pragma once
#include "marketplace/auth/v1/auth.market.hpp"
#include "platform/outbox/relay.hpp"

namespace market::user {

// `auth` must outlive the relay.
void HandleOutbox(outbox::Relay& relay, api::AuthApi& auth);

}  // namespace market::user
