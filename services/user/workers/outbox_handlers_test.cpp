#include "services/user/workers/outbox_handlers.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/user/messages.hpp"
#include "services/user/migrations.hpp"
#include "services/user/storage/sellers.hpp"
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
  static domain::Seller Seller(domain::SellerState state) {
    return {.id = SellerId::New(),
            .owner = AccountId::New(),
            .display_name = "Analytical Engines",
            .slug = "engines",
            .country_code = "GB",
            .state = state};
  }
  static Task<> Open(storage::Sellers& sellers, const domain::Seller& seller) {
    co_await sellers.Open(Soon(), seller, BindingMessage(seller.id, seller.owner, ""));
  }
  std::string Left() const {
    return disk_.Execute("SELECT count(*) || ' left, ' || count(parked_at) || ' parked' FROM outbox");
  }

  testing::TemporaryDatabase disk_{kMigrations};
  FakeAuth auth_;
};

TEST_F(UserOutbox, OwnerOfASeller_IsBoundOnceItIsActiveAndNotBefore) {
  Run([this](postgres::Database& database) -> Task<> {
    storage::Sellers sellers(database);
    const auto seller = Seller(domain::SellerState::kPending);
    co_await Open(sellers, seller);
    EXPECT_EQ(Left(), "0 left, 0 parked");
    co_await sellers.Approve(Soon(), seller.id, BindingMessage, "", audit::SomeAct());
    co_await Eventually([&] { return auth_.bindings.size() == 1 && Left() == "0 left, 0 parked"; });
    EXPECT_EQ(auth_.bindings.at(0).seller_id(), seller.id.ToString());
    EXPECT_EQ(auth_.bindings.at(0).account_id(), seller.owner.ToString());
    EXPECT_EQ(auth_.bindings.at(0).role(), "owner");
  });
}

TEST_F(UserOutbox, AuthAway_TheOwnerIsBoundWhenItIsBack) {
  auth_.down = true;
  Run([this](postgres::Database& database) -> Task<> {
    storage::Sellers sellers(database);
    co_await Open(sellers, Seller(domain::SellerState::kActive));
    // More often than what breaks is tried: a peer that is away parks nothing.
    co_await Eventually([&] { return disk_.Execute("SELECT attempts > 3 FROM outbox") == "t"; });
    EXPECT_EQ(Left(), "1 left, 0 parked");
    auth_.down = false;
    co_await Eventually([&] { return auth_.bindings.size() == 1 && Left() == "0 left, 0 parked"; });
  });
}

// Nobody becomes a member by a guess, and the owners of others are still bound.
TEST_F(UserOutbox, UnknownPayload_IsParkedAndPassedByOthers) {
  Run([this](postgres::Database& database) -> Task<> {
    std::vector<api::auth::BindSellerRequest> broken(4, OwnerBinding(SellerId::New(), AccountId::New()));
    broken[0].clear_account_id();
    broken[1].set_seller_id("engines");
    broken[2].clear_role();
    broken[3].set_role("operator");
    std::vector<std::string> payloads = {"", "owner"};
    for (const auto& request : broken) payloads.push_back(request.SerializeAsString());
    postgres::Batch batch;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      outbox::Append(
          batch,
          {.topic = std::string(kSellerBind), .key = std::to_string(i), .payload = payloads[i], .trace = ""});
    }
    const auto good = SellerId::New();
    outbox::Append(batch, BindingMessage(good, AccountId::New(), ""));
    co_await database.Write(Soon(), std::move(batch));
    co_await Eventually([&] { return Left() == "6 left, 6 parked"; });
    EXPECT_EQ(auth_.bindings.size(), 1u);
    EXPECT_EQ(auth_.bindings.at(0).seller_id(), good.ToString());
  });
}

}  // namespace
}  // namespace market::user
