#include "services/auth/workers/sweeper.hpp"

#include <gtest/gtest.h>

#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/migrations.hpp"

namespace market::auth {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::Soon;

// The pause between rounds is minutes, so all that is due must go in the first one.
TEST(AuthSweeper, MoreThanOneChunk_GoesWithoutAPause) {
  testing::TemporaryDatabase disk(kMigrations);
  disk.Execute(
      "INSERT INTO account (id, email, email_key, password_hash) "
      "VALUES ('019a0000-0000-7000-8000-000000000001', 'a@x.test', 'a@x.test', '$argon2id$x'); "
      "INSERT INTO session (id, account_id, idle_expires_at, absolute_expires_at) "
      "SELECT gen_random_uuid(), '019a0000-0000-7000-8000-000000000001', at, at "
      "FROM generate_series(1, 1203) AS n, "
      "LATERAL (SELECT market_now() + CASE WHEN n > 3 THEN interval '-1 s' ELSE '1 hour' END) AS t (at); "
      "INSERT INTO signing_key (kid, x, y, sealed, state, retired_at) "
      "SELECT n::text, '', '', '', 'RETIRED', market_now() - n * interval '100 days' "
      "FROM generate_series(1, 5) n; "
      "INSERT INTO sign_in_throttle (digest, tries, last_try_at, blocked_until) "
      "SELECT sha256(n::text::bytea), 1, at, at FROM generate_series(1, 602) AS n, "
      "LATERAL (SELECT market_now() - CASE WHEN n > 2 THEN interval '13 hours' ELSE '1 hour' END) AS t (at)");
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    postgres::Database database(io, disk.Options());
    co_await database.Open(Soon());
    storage::Sessions sessions(database, {});
    storage::Mailings mailings(database, {});
    storage::SecondFactors second_factors(database, {});
    storage::ApiKeys api_keys(database, {});
    storage::SigningKeys signing_keys(database, {});
    storage::CallerLimits caller_limits(database);
    Sweeper sweeper(sessions, mailings, second_factors, api_keys, signing_keys, caller_limits, {});
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    group.Keep("sweeper", sweeper.Sweeping().Run());
    co_await Eventually([&] { return disk.Execute("SELECT count(*) FROM session") == "3"; });
    co_await Eventually([&] { return disk.Execute("SELECT count(*) FROM sign_in_throttle") == "2"; });
    co_await Eventually([&] { return sweeper.Sweeping().Now().runs == 4; });  // three chunks and a look
    EXPECT_EQ(sweeper.Sweeping().Now().failures, 0u);
    EXPECT_EQ(disk.Execute("SELECT string_agg(kid, ' ' ORDER BY kid) FROM signing_key"), "1 2 3");
    group.Cancel();
    co_await group.Join(Soon());
    co_await database.Close(Soon());
  });
}

}  // namespace
}  // namespace market::auth
