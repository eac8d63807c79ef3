// What notification's database is brought up to by marketctl migrate, in this order,
// and what notification asks for at its start.
#pragma once
#include <array>

#include "migrations/audit.hpp"
#include "migrations/events.hpp"
#include "migrations/idempotency.hpp"
#include "migrations/notification.hpp"
#include "migrations/outbox.hpp"

namespace market::notification {

inline constexpr std::array kMigrations = {&migrations::kIdempotency, &migrations::kOutbox,
                                           &migrations::kEvents, &migrations::kAudit,
                                           &migrations::kNotification};

}  // namespace market::notification
