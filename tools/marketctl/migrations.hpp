// Every database of the marketplace and what its program brings it up to.
#pragma once
#include <span>
#include <string_view>

#include "platform/postgres/migrate.hpp"

namespace market::marketctl {

struct DatabaseMigrations {
  std::string_view database;
  std::span<const postgres::MigrationSet* const> sets;
};

std::span<const DatabaseMigrations> AllMigrations();

// Null when there is no such database.
const DatabaseMigrations* FindMigrations(std::string_view database);

}  // namespace market::marketctl
