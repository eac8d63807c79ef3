// What auth's database is brought up to by marketctl migrate, in this order,
// and what auth asks for at its start.
#pragma once
#include <array>

#include "migrations/audit.hpp"
#include "migrations/auth.hpp"
#include "migrations/events.hpp"
#include "migrations/idempotency.hpp"
#include "migrations/outbox.hpp"

namespace market::auth {

inline constexpr std::array kMigrations = {&migrations::kIdempotency, &migrations::kOutbox,
                                           &migrations::kEvents, &migrations::kAudit, &migrations::kAuth};

}  // namespace market::auth
