// What order's database is brought up to by marketctl migrate, in this order,
// and what order asks for at its start.
#pragma once
#include <array>

#include "migrations/audit.hpp"
#include "migrations/events.hpp"
#include "migrations/idempotency.hpp"
#include "migrations/order.hpp"
#include "migrations/outbox.hpp"
#include "migrations/picture_claims.hpp"

namespace market::order {

inline constexpr std::array kMigrations = {&migrations::kIdempotency,   &migrations::kOutbox,
                                           &migrations::kEvents,        &migrations::kAudit,
                                           &migrations::kPictureClaims, &migrations::kOrder};

}  // namespace market::order
