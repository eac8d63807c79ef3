// Every database of the marketplace and what its program brings it up to.
#pragma once
#include <span>
#include <string_view>

#include "platform/postgres/migrate.hpp"

namespace market::marketctl {

struct Schema {
  std::string_view database;
  std::span<const postgres::MigrationSet* const> sets;
};

std::span<const Schema> Schemas();

// Null when there is no such database.
const Schema* FindSchema(std::string_view database);

}  // namespace market::marketctl
