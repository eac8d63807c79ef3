// What payment's database is brought up to by marketctl migrate, in this order,
// and what payment asks for at its start.
#pragma once
#include <array>

#include "migrations/events.hpp"
#include "migrations/payment.hpp"

namespace market::payment {

inline constexpr std::array kMigrations = {&migrations::kEvents, &migrations::kPayment};

}  // namespace market::payment
