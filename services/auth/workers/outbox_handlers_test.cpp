#include "services/auth/workers/outbox_handlers.hpp"

#include <gtest/gtest.h>

#include <array>

#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/auth/messages.hpp"
#include "services/auth/migrations.hpp"
#include "services/auth/testing/fake_users.hpp"

namespace market::auth {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::Soon;

class AuthOutbox : public ::testing::Test {
 protected:
  // Runs body(database) while the relay delivers.
  template <class Body>
  void Run(Body body) {
    testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
      postgres::Database database(io, disk_.Options());
      co_await database.Open(Soon());
      telemetry::Tracer tracer;
      outbox::Relay relay(database, tracer,
                          {.poll = 20ms, .patience = {.tries = 2, .backoff = {.initial = 2ms, .max = 10ms}}});
      HandleOutbox(relay, users_);
      runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
      group.Keep("relay", relay.Deliveries().Run());
      co_await body(database);
      group.Cancel();
      co_await group.Join(Soon());
      co_await database.Close(Soon());
    });
  }
  static Task<> Send(postgres::Database& database, outbox::NewMessage message) {
    postgres::Batch batch;
    outbox::Append(batch, std::move(message));
    co_await database.Write(Soon(), std::move(batch));
  }
  std::string Left() const {
    return disk_.Execute("SELECT count(*) || ' left, ' || count(parked_at) || ' parked' FROM outbox");
  }

  testing::TemporaryDatabase disk_{kMigrations};
  FakeUsers users_;
};

TEST_F(AuthOutbox, ProfileOfANewAccount_ReachesUserOnce) {
  Run([this](postgres::Database& database) -> Task<> {
    const auto account = AccountId::New();
    co_await Send(database, ProfileMessage(account, "Ada", "trace"));
    co_await Eventually([&] { return Left() == "0 left, 0 parked"; });
    EXPECT_EQ(users_.profiles.size(), 1u);
    EXPECT_EQ(users_.profiles.at(0).account_id(), account.ToString());
    EXPECT_EQ(users_.profiles.at(0).display_name(), "Ada");
  });
}

TEST_F(AuthOutbox, UserAway_TheProfileComesWhenItIsBack) {
  users_.down = true;
  Run([this](postgres::Database& database) -> Task<> {
    co_await Send(database, ProfileMessage(AccountId::New(), "Ada", ""));
    // More often than what breaks is tried: a peer that is away parks nothing.
    co_await Eventually([&] { return disk_.Execute("SELECT attempts > 3 FROM outbox") == "t"; });
    EXPECT_EQ(Left(), "1 left, 0 parked");
    users_.down = false;
    co_await Eventually([&] { return users_.profiles.size() == 1; });
    co_await Eventually([&] { return Left() == "0 left, 0 parked"; });
  });
}

// Whatever else the payload is, user is not asked for a guess, and the profiles of others still come.
TEST_F(AuthOutbox, UnknownPayload_IsParkedAndPassedByOthers) {
  Run([this](postgres::Database& database) -> Task<> {
    auto nobody = ProfileRequest(AccountId::New(), "Ada");
    nobody.clear_account_id();
    auto no_id = ProfileRequest(AccountId::New(), "Ada");
    no_id.set_account_id("ada");
    const std::array payloads = {std::string(), std::string("profile"), nobody.SerializeAsString(),
                                 no_id.SerializeAsString(),
                                 ProfileRequest(AccountId::New(), "").SerializeAsString()};
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      co_await Send(database, {.topic = std::string(kProfileCreate),
                               .key = std::to_string(i),
                               .payload = payloads[i],
                               .trace = ""});
    }
    co_await Send(database, ProfileMessage(AccountId::New(), "Bob", ""));
    co_await Eventually([&] { return Left() == "5 left, 5 parked"; });
    EXPECT_EQ(users_.profiles.size(), 1u);
    EXPECT_EQ(users_.profiles.at(0).display_name(), "Bob");
  });
}

}  // namespace
}  // namespace market::auth
