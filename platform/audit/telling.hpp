// Who is told of every act on record: auth, which keeps the one list of all services' acts (ADR 32).
#pragma once
#include <string_view>

#include "platform/events/subscription.hpp"

namespace market::audit {

// Names its position in the log for ever, which the migration set "audit" begins at the first act.
inline constexpr std::string_view kListKeeper = "auth";

// `relay` is named after the service.
events::Subscription::Options ActsSubscription(outbox::Relay::Options relay);

}  // namespace market::audit
