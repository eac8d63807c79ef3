// What sandbox's database is brought up to by marketctl migrate, in this order,
// and what sandbox asks for at its start.
#pragma once
#include <array>

#include "migrations/sandbox.hpp"

namespace market::sandbox {

inline constexpr std::array kMigrations = {&migrations::kSandbox};

}  // namespace market::sandbox
