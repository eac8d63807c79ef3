// Schema migrations: forward only, verified, safe to run from every replica at once.
//
// market_migrations(order migrations) in CMake embeds migrations/NNNN_words.sql and gives
//   #include "migrations/order.hpp"   ->   market::migrations::kOrder
// Migrate applies, set by set in the order given, what table schema_migration does not list yet: each file in
// a transaction of its own, all under one advisory lock. A file that changed after it was applied or a gap in
// the numbers throws std::runtime_error naming the file; nothing is applied then. Versions that a newer
// program applied are left alone, so that the older one can still start during a roll-out or a roll-back.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres/database.hpp"
#include "platform/runtime/task.hpp"

namespace market::postgres {

struct Migration {
  int version = 0;
  std::string_view name;  // "0001_orders.sql"
  std::string_view sql;
  std::string_view checksum;  // SHA-256 of the file, hex
};

struct MigrationSet {
  std::string_view name;
  std::span<const Migration> migrations;
};

// Uses one connection of its own (no statement_timeout), so `database` need not be open. Waits for a server
// that is not up yet until the deadline; throws Error UNAVAILABLE then, SqlError when a file is refused.
// Returns what it applied, as "order/0001_orders.sql"; nothing when the schema was the newest already.
Task<std::vector<std::string>> Migrate(Database& database, std::span<const MigrationSet* const> sets,
                                       runtime::Deadline deadline = runtime::After(std::chrono::seconds(60)));

}  // namespace market::postgres
