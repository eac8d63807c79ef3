// What sandbox's database is brought up to, in this order, by sandbox at its start and by marketctl migrate.
#pragma once
#include <array>

#include "migrations/sandbox.hpp"

namespace market::sandbox {

inline constexpr std::array kMigrations = {&migrations::kSandbox};

}  // namespace market::sandbox
