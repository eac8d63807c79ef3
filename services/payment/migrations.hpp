// What payment's database is brought up to, in this order, by payment at its start and by marketctl migrate.
#pragma once
#include <array>

#include "migrations/events.hpp"
#include "migrations/payment.hpp"

namespace market::payment {

inline constexpr std::array kMigrations = {&migrations::kEvents, &migrations::kPayment};

}  // namespace market::payment
