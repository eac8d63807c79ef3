// Schema migrations: forward only, verified, safe to run several times at once. marketctl runs them, as the
// role that owns the database; programs have a role that can't, and only look whether all is there.
//
// market_migrations(order migrations) in CMake embeds migrations/NNNN_words.sql and gives
//   #include "migrations/order.hpp"   ->   market::migrations::kOrder
// Migrate applies, set by set in the order given, what table schema_migration does not list yet: each file in
// a transaction of its own, all under one advisory lock. A file that changed after it was applied or a gap in
// the numbers throws std::runtime_error naming the file; nothing is applied then. Versions that a newer
// program applied are left alone, so that the older one can still start during a roll-out or a roll-back.
//
// After them it gives the programs' role its rights, the same in every deployment: tables are read and
// added to. Rows are changed and deleted only where a migration says so, with
//   COMMENT ON TABLE session IS 'mutable';
// so what was forgotten is refused at the first UPDATE of a test, not in production years later. A table that
// is 'read-only' is not even added to. Functions that are SECURITY DEFINER (what the role may not do itself,
// such as the end of old events) are for this role alone.
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

// `database` connects as its owner, `program_role` is called like the database when it is empty. Uses one
// connection of its own (no statement_timeout), so `database` need not be open. Waits for a server that is
// not up yet until the deadline; throws Error UNAVAILABLE then, SqlError when a file or a right is refused.
// Returns what it applied, as "order/0001_orders.sql"; nothing when the schema was the newest already.
Task<std::vector<std::string>> Migrate(Database& database, std::span<const MigrationSet* const> sets,
                                       std::string program_role, runtime::Deadline deadline);

// For a program, at its start: waits for the server as Migrate does, changes nothing. Throws
// std::runtime_error naming the first file that was not applied, or was another one.
Task<> RequireNewest(Database& database, std::span<const MigrationSet* const> sets,
                     runtime::Deadline deadline);

// 32 random bytes that Migrate made for this database: what all replicas of its program share without being
// told. Whoever needs a key derives one from it, under a name of its own.
Task<std::string> SecretOf(Database& database, Work work);

}  // namespace market::postgres
