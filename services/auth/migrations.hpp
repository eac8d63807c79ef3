// What auth's database is brought up to, in this order, by auth at its start and by marketctl migrate.
#pragma once
#include <array>

#include "migrations/auth.hpp"
#include "migrations/events.hpp"
#include "migrations/outbox.hpp"

namespace market::auth {

inline constexpr std::array kMigrations = {&migrations::kOutbox, &migrations::kEvents, &migrations::kAuth};

}  // namespace market::auth
