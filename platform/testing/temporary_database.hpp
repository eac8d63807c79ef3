// An empty, migrated database on a real PostgreSQL,
// dropped at the end of the scope. Blocking, for tests only.
//
//   TemporaryDatabase database(std::array{&migrations::kIdempotency, &migrations::kOrder});
//   postgres::Database db(io, database.Options());
//
// The server is the one that MARKET_TEST_POSTGRES names (conninfo of a superuser), or else a private cluster
// of the test process: unix socket only, in a fresh directory under /tmp, fsync off, gone when the process
// ends, however it ends. Throws std::runtime_error when there is no server.
#pragma once
#include <map>
#include <span>
#include <string>

#include "platform/postgres/migrate.hpp"

namespace market::testing {

class TemporaryDatabase {
 public:
  explicit TemporaryDatabase(std::span<const postgres::MigrationSet* const> sets = {});
  ~TemporaryDatabase();
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;

  // The role of programs in all test databases.
  static constexpr const char* kProgramRole = "market_program";

  const std::string& Name() const { return name_; }
  // Of a migrated database: as its program, with a program's rights.
  // Of one without a schema: as its owner, a superuser.
  std::string Conninfo() const;
  std::string OwnerConninfo() const;
  // Of a pool that waits for a connection, and for a lock, as long as its caller does.
  postgres::Options Options(std::size_t write_connections = postgres::Options().write_connections) const;
  // The same through another address, such as a TcpGate's.
  std::string ConninfoVia(const std::string& host, int port) const;
  // Where the server listens: a directory (unix socket) or a host name, and the port.
  static std::string ServerHost();
  static int ServerPort();

  // Runs SQL as the owner on a connection of its own and gives the first
  // column of the first row, "" without one.
  std::string Execute(const std::string& sql) const;

 private:
  std::map<std::string, std::string> Settings() const;

  std::string name_;
  bool migrated_;
};

}  // namespace market::testing
