#include "platform/postgres/migrate.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "platform/crypto/hex.hpp"
#include "platform/crypto/random.hpp"
#include "platform/postgres/connect.hpp"

namespace market::postgres {
namespace {

using namespace std::chrono_literals;
using Wait = boost::asio::posix::stream_descriptor::wait_type;

constexpr std::size_t kSecretBytes = 32;

// One for the whole database, whatever sets a program has.
constexpr Statement kLock{"migrate.lock", "SELECT pg_advisory_lock(7310131407)"};
// The one place where SQL takes the time from: what sets a database's clock (a test, a simulator) replaces
// this function, so one that is there stays. STABLE and plain, so that PostgreSQL inlines it.
constexpr Statement kClock{"migrate.clock", R"(
  DO $$ BEGIN
    IF to_regproc('market_now') IS NULL THEN
      CREATE FUNCTION market_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT now()';
    END IF;
  END $$)"};
constexpr Statement kTable{"migrate.table", R"(
  CREATE TABLE IF NOT EXISTS schema_migration (
    set        text        NOT NULL,
    version    integer     NOT NULL,
    name       text        NOT NULL,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT market_now(),
    PRIMARY KEY (set, version)))"};
constexpr Statement kSecretTable{"migrate.secret_table", R"(
  CREATE TABLE IF NOT EXISTS database_secret (
    secret  bytea       NOT NULL CHECK (octet_length(secret) = 32),
    made_at timestamptz NOT NULL DEFAULT market_now()))"};
constexpr Statement kSecretComment{
    "migrate.secret_comment", "COMMENT ON TABLE database_secret IS 'read-only: made when the database is'"};
constexpr Statement kMakeSecret{"migrate.make_secret", R"(
  INSERT INTO database_secret (secret)
  SELECT decode($1, 'hex') WHERE NOT EXISTS (SELECT FROM database_secret))"};
constexpr Statement kReadSecret{"database.secret",
                                "SELECT secret FROM database_secret ORDER BY made_at DESC LIMIT 1"};
// DDL that waits for a long transaction holds up everyone behind it:
// rather fail and try again at the next start.
constexpr Statement kLimitWaiting{"migrate.limit", "SET lock_timeout = '10s'"};
constexpr Statement kApplied{"migrate.applied", "SELECT set, version, name, checksum FROM schema_migration"};
constexpr Statement kRecord{
    "migrate.record", "INSERT INTO schema_migration (set, version, name, checksum) VALUES ($1, $2, $3, $4)"};

constexpr Statement kHasTable{"migrate.has_table", "SELECT to_regclass('schema_migration') IS NOT NULL"};
constexpr Statement kNameRole{
    "migrate.role",
    "SELECT set_config('market.program_role', coalesce(nullif($1, ''), current_database()), false)"};
// Whatever the role had before: a table that is no longer mutable must not stay so.
constexpr Statement kGrant{"migrate.grant", R"(
  DO $$
  DECLARE
    role_name CONSTANT text := current_setting('market.program_role');
    program CONSTANT text := quote_ident(role_name);
    item record;
  BEGIN
    IF role_name IN (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()) THEN
      RAISE EXCEPTION 'the database belongs to %, the role of its programs, and has to belong to another one: '
        'what an earlier version made can not be taken over, start with a new database', program;
    END IF;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %s', current_database(), program);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %s', program);
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %s', program);
    FOR item IN
      SELECT oid::regclass AS name,
             CASE WHEN relname = 'schema_migration' OR obj_description(oid, 'pg_class') ~ '^read-only\M' THEN 'SELECT'
                  WHEN obj_description(oid, 'pg_class') ~ '^mutable\M' THEN 'SELECT, INSERT, UPDATE, DELETE'
                  ELSE 'SELECT, INSERT' END AS rights
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    LOOP
      EXECUTE format('REVOKE ALL ON %s FROM %s', item.name, program);
      EXECUTE format('GRANT %s ON %s TO %s', item.rights, item.name, program);
    END LOOP;
    FOR item IN
      SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
    LOOP
      EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', item.name);
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', item.name, program);
    END LOOP;
  END $$)"};

// Statements one after the other, no pipeline: a file of several statements needs the simple protocol.
class Session {
 public:
  Session(internal::ConnectionPtr connection, runtime::Deadline deadline)
      : connection_(std::move(connection)), deadline_(deadline) {}

  Task<Result> Run(Statement statement, Parameters parameters = {}) {
    std::vector<const char*> values;
    for (std::size_t i = 0; i < parameters.Size(); ++i) values.push_back(parameters.Data(i));
    const std::string sql(statement.sql);
    const int sent = PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()),
                                       nullptr, values.data(), nullptr, nullptr, 0);
    co_return co_await Answer(sent, statement.name);
  }

  Task<> RunScript(std::string_view name, std::string_view script) {
    const std::string sql(script);
    const int sent = PQsendQuery(connection_.get(), sql.c_str());
    co_await Answer(sent, name);
  }

  bool InTransaction() const { return PQtransactionStatus(connection_.get()) == PQTRANS_INTRANS; }

 private:
  Task<> Ready(Wait what) {
    if (!co_await internal::WaitForSocket(PQsocket(connection_.get()), what, deadline_)) {
      throw Unavailable("the migration did not end in time");
    }
  }

  // The last result; throws for the first error, once the connection is ready for the next statement.
  Task<Result> Answer(int sent, std::string_view name) {
    PGconn* connection = connection_.get();
    int left = sent == 1 ? PQflush(connection) : -1;
    while (left > 0) {
      co_await Ready(Wait::wait_write);
      left = PQflush(connection);
    }
    if (left < 0) throw Unavailable(internal::ErrorText(connection));
    Result last;
    std::exception_ptr error;
    while (true) {
      while (PQisBusy(connection) != 0) {
        co_await Ready(Wait::wait_read);
        if (PQconsumeInput(connection) != 1) throw Unavailable(internal::ErrorText(connection));
      }
      PGresult* raw = PQgetResult(connection);
      if (raw == nullptr) break;
      Result result(raw);
      const auto status = PQresultStatus(raw);
      if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
        throw std::runtime_error("COPY in a migration");
      if (status == PGRES_FATAL_ERROR && !error) error = ToException(raw, name);
      last = std::move(result);
    }
    if (error) std::rethrow_exception(error);
    co_return last;
  }

  internal::ConnectionPtr connection_;
  runtime::Deadline deadline_;
};

Task<internal::ConnectionPtr> ConnectPatiently(Database& database, runtime::Deadline deadline) {
  const Options& options = database.Settings();
  while (true) {
    const auto pause = runtime::After(200ms);
    try {
      co_return co_await internal::Connect(options.conninfo, {},
                                           std::min(deadline, runtime::After(options.connect_timeout)));
    } catch (const Error&) {
      if (pause >= deadline) throw;
    }
    co_await runtime::SleepFor(200ms);
  }
}

std::string FreshSecret() {
  std::string hex;
  crypto::AppendHex(hex, crypto::RandomBytes(kSecretBytes));
  return hex;
}

using Applied = std::map<std::pair<std::string, int>, std::pair<std::string, std::string>>;

Applied ReadApplied(const Result& rows) {
  Applied applied;
  for (const auto row : rows) {
    applied[{std::string(row.Text(0)), static_cast<int>(row.Int(1))}] = {std::string(row.Text(2)),
                                                                         std::string(row.Text(3))};
  }
  return applied;
}

std::string FullName(const MigrationSet& set, std::string_view name) {
  return std::string(set.name) + "/" + std::string(name);
}

[[noreturn]] void Refuse(const MigrationSet& set, std::string_view name, std::string_view why) {
  throw std::runtime_error("migration " + FullName(set, name) + ": " + std::string(why));
}

void Verify(const MigrationSet& set, const Applied& applied) {
  int expected = 0;
  bool missing_before = false;
  for (const auto& migration : set.migrations) {
    if (migration.version != ++expected) Refuse(set, migration.name, "its number leaves a gap or repeats");
    const auto found = applied.find({std::string(set.name), migration.version});
    if (found == applied.end()) {
      missing_before = true;
      continue;
    }
    if (missing_before) Refuse(set, migration.name, "was applied, but not the one before it");
    if (found->second.second != migration.checksum) {
      Refuse(
          set, migration.name,
          "has changed since it was applied as " + found->second.first +
              ": another version made this database, and there is no way from there; start with a new one");
    }
  }
}

Task<> Apply(Session& session, const MigrationSet& set, const Migration& migration) {
  co_await session.RunScript("migrate.begin", "BEGIN");
  co_await session.RunScript(migration.name, migration.sql);
  if (!session.InTransaction()) Refuse(set, migration.name, "ends its transaction itself");
  co_await session.Run(kRecord,
                       Parameters::Of(set.name, migration.version, migration.name, migration.checksum));
  co_await session.RunScript("migrate.commit", "COMMIT");
}

}  // namespace

Task<std::vector<std::string>> Migrate(Database& database, std::span<const MigrationSet* const> sets,
                                       std::string program_role, runtime::Deadline deadline) {
  Session session(co_await ConnectPatiently(database, deadline), deadline);
  co_await session.Run(kLock);  // held until the connection closes
  co_await session.Run(kClock);
  co_await session.Run(kTable);
  co_await session.Run(kSecretTable);
  co_await session.Run(kSecretComment);
  co_await session.Run(kMakeSecret, Parameters::Of(FreshSecret()));
  co_await session.Run(kLimitWaiting);
  const auto applied = ReadApplied(co_await session.Run(kApplied));
  for (const auto* set : sets) Verify(*set, applied);
  std::vector<std::string> names;
  for (const auto* set : sets) {
    for (const auto& migration : set->migrations) {
      if (applied.contains({std::string(set->name), migration.version})) continue;
      co_await Apply(session, *set, migration);
      names.push_back(FullName(*set, migration.name));
    }
  }
  co_await session.Run(kNameRole, Parameters::Of(program_role));
  co_await session.Run(kGrant);
  co_return names;
}

Task<> RequireNewest(Database& database, std::span<const MigrationSet* const> sets,
                     runtime::Deadline deadline) {
  Session session(co_await ConnectPatiently(database, deadline), deadline);
  Applied applied;
  if ((co_await session.Run(kHasTable)).One().GetBool(0))
    applied = ReadApplied(co_await session.Run(kApplied));
  for (const auto* set : sets) {
    Verify(*set, applied);
    for (const auto& migration : set->migrations) {
      if (applied.contains({std::string(set->name), migration.version})) continue;
      Refuse(*set, migration.name, "has not been applied: run marketctl migrate, as the database's owner");
    }
  }
}

Task<std::string> SecretOf(Database& database, Work work) {
  const auto rows = co_await database.Read(work, kReadSecret);
  co_return rows.One().GetBytes(0);
}

}  // namespace market::postgres
