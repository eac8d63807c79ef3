#include "services/user/workers/outbox_handlers.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/user/messages.hpp"
#include "services/user/migrations.hpp"
#include "services/user/testing/fake_auth.hpp"

namespace market::user {
namespace {

using namespace std::chrono_literals;
using testing::Eventually;
using testing::Soon;

class UserOutbox : public ::testing::Test {
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
      HandleOutbox(relay, auth_);
      runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
      group.Keep("relay", relay.Deliveries().Run());
      co_await body(database);
      group.Cancel();
      co_await group.Join(Soon());
      co_await database.Close(Soon());
    });
  }
  static domain::Member Owner() { return domain::FirstOwner(SellerId::New(), AccountId::New()); }
  static Task<> Tell(postgres::Database& database, const outbox::NewMessage& message) {
    postgres::Batch batch;
    outbox::Append(batch, message);
    co_await database.Write(Soon(), std::move(batch));
  }
  std::string Left() const {
    return disk_.Execute("SELECT count(*) || ' left, ' || count(parked_at) || ' parked' FROM outbox");
  }

  testing::TemporaryDatabase disk_{kMigrations};
  FakeAuth auth_;
};

TEST_F(UserOutbox, Memberships_AreToldInTheirOrder) {
  Run([this](postgres::Database& database) -> Task<> {
    const auto owner = Owner();
    co_await Tell(database, BindingMessage(owner, ""));
    co_await Tell(database, UnbindingMessage(owner.seller, owner.account, 2, ""));
    co_await Eventually([&] { return auth_.unbindings.size() == 1 && Left() == "0 left, 0 parked"; });
    EXPECT_EQ(auth_.bindings.size(), 1u);
    EXPECT_EQ(auth_.bindings.at(0).seller_id(), owner.seller.ToString());
    EXPECT_EQ(auth_.bindings.at(0).account_id(), owner.account.ToString());
    EXPECT_EQ(auth_.bindings.at(0).role(), "owner");
    EXPECT_EQ(auth_.bindings.at(0).version(), 1);
    EXPECT_EQ(auth_.unbindings.at(0).account_id(), owner.account.ToString());
    EXPECT_EQ(auth_.unbindings.at(0).version(), 2);
  });
}

TEST_F(UserOutbox, AuthAway_TheOwnerIsBoundWhenItIsBack) {
  auth_.down = true;
  Run([this](postgres::Database& database) -> Task<> {
    co_await Tell(database, BindingMessage(Owner(), ""));
    // More often than what breaks is tried: a peer that is away parks nothing.
    co_await Eventually([&] { return disk_.Execute("SELECT attempts > 3 FROM outbox") == "t"; });
    EXPECT_EQ(Left(), "1 left, 0 parked");
    auth_.down = false;
    co_await Eventually([&] { return auth_.bindings.size() == 1 && Left() == "0 left, 0 parked"; });
  });
}

TEST_F(UserOutbox, AnAccountThatIsGone_IsTriedOnce) {
  auth_.no_such_account = true;
  Run([this](postgres::Database& database) -> Task<> {
    co_await Tell(database, BindingMessage(Owner(), ""));
    co_await Eventually([&] { return Left() == "0 left, 0 parked"; });
    EXPECT_TRUE(auth_.bindings.empty());
  });
}

// Nobody becomes a member by a guess, and the owners of others are still bound.
TEST_F(UserOutbox, UnknownPayload_IsParkedAndPassedByOthers) {
  Run([this](postgres::Database& database) -> Task<> {
    std::vector<api::auth::BindSellerRequest> broken(5, BindingOf(Owner()));
    broken[0].clear_account_id();
    broken[1].set_seller_id("engines");
    broken[2].clear_role();
    broken[3].set_role("operator");
    broken[4].clear_version();
    std::vector<std::string> payloads = {"", "owner"};
    for (const auto& request : broken) payloads.push_back(request.SerializeAsString());
    postgres::Batch batch;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      outbox::Append(
          batch,
          {.topic = std::string(kSellerBind), .key = std::to_string(i), .payload = payloads[i], .trace = ""});
    }
    const auto good = Owner();
    outbox::Append(batch, BindingMessage(good, ""));
    co_await database.Write(Soon(), std::move(batch));
    co_await Eventually([&] { return Left() == "7 left, 7 parked"; });
    EXPECT_EQ(auth_.bindings.size(), 1u);
    EXPECT_EQ(auth_.bindings.at(0).seller_id(), good.seller.ToString());
  });
}

}  // namespace
}  // namespace market::user
