// What product's database is brought up to, in this order, by product at its start and by marketctl migrate.
#pragma once
#include <array>

#include "migrations/events.hpp"
#include "migrations/idempotency.hpp"
#include "migrations/product.hpp"

namespace market::product {

inline constexpr std::array kMigrations = {&migrations::kIdempotency, &migrations::kEvents,
                                           &migrations::kProduct};

}  // namespace market::product
