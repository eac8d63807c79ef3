#include "tools/marketctl/reset_keys.hpp"

#include "platform/postgres/migrate.hpp"
#include "platform/telemetry/trace.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/storage/signing_keys.hpp"
#include "tools/marketctl/act.hpp"

namespace market::marketctl {

using namespace std::chrono_literals;

Task<std::int64_t> ResetSigningKeys(boost::asio::io_context& io, std::string conninfo, std::string reason) {
  postgres::Database database(
      io, {.conninfo = std::move(conninfo), .name = "auth", .read_connections = 1, .write_connections = 1});
  co_await postgres::RequireNewest(database, auth::kMigrations, runtime::After(10s));
  co_await database.Open(runtime::After(5s));
  auto act = ActOf("marketctl keys reset", "auth");
  act.trace_id = telemetry::TraceContext::NewRoot().TraceIdHex();
  act.reason = std::move(reason);
  const auto removed =
      co_await auth::storage::SigningKeys(database, {}).RemoveAll(runtime::After(5s), std::move(act));
  co_await database.Close(runtime::After(2s));
  co_return removed;
}

}  // namespace market::marketctl
