// Where an order goes, as long as nothing of it was sent.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/order/storage/transitions.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::State;
using testing::MovingStore;
using testing::Now;
using testing::ReasonOf;
using testing::SharedDatabase;
using testing::Soon;
using testing::ToldOf;
using testing::WithStore;

domain::Address InBath(std::string country = "GB", std::string region = "") {
  return {.recipient = "Ada King",
          .lines = {"7 Crescent"},
          .city = "Bath",
          .region = std::move(region),
          .postal_code = "BA1",
          .country_code = std::move(country),
          .phone = "+441"};
}

Task<domain::Order> SendTo(MovingStore& store, const domain::Order& order, domain::Address address,
                           std::optional<AccountId> as = {}, Uuid operation = Uuid::NewV7()) {
  const auto buyer = as.value_or(order.buyer);
  return store.transitions.ChangeAddress(Soon(), order.id, Scope::Buyer(buyer), std::move(address),
                                         {domain::ActorRole::kBuyer, buyer}, "", operation, Now());
}

Task<> ExpectChanged(MovingStore& store) {
  const auto order = co_await store.Placed();
  EXPECT_EQ(co_await ReasonOf(SendTo(store, order, InBath(), AccountId::New())), "NOT_FOUND");
  const auto operation = Uuid::NewV7();
  for (int run = 0; run < 2; ++run) {
    const auto changed = co_await SendTo(store, order, InBath(), {}, operation);
    EXPECT_EQ(changed.address.recipient, "Ada King");
    EXPECT_EQ(changed.address.lines, std::vector<std::string>{"7 Crescent"});
    EXPECT_EQ(changed.address.city, "Bath");
    EXPECT_EQ(changed.address.postal_code, "BA1");
    EXPECT_EQ(changed.address.phone, "+441");
    EXPECT_EQ(changed.version, order.version + 1) << (run == 0 ? "" : "a repetition changes nothing");
  }
  for (const auto& part : order.parts) {
    EXPECT_EQ(ToldOf(part), "order.SellerOrderPlaced 2, order.OrderAddressChanged 3");
  }
  const auto history = (co_await store.orders.History(Soon(), order.id, Scope::Everything(), 0, 100)).value();
  EXPECT_TRUE(history.back().address_changed);
  EXPECT_EQ(history.back().from, State::kPlaced);
  EXPECT_EQ(history.back().to, State::kPlaced);
  EXPECT_FALSE(history.front().address_changed);
  EXPECT_EQ(testing::Sql("SELECT count(*) FROM audit_event WHERE target_id = '" + order.id.ToString() + "'"),
            "0");
}
TEST(ChangeAddress, OfAnOrderThatIsNotSent_IsTheBuyersToSay) { WithStore<MovingStore>(ExpectChanged); }

TEST(ChangeAddress, WhereItWouldCostSomethingElse_IsRefused) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    EXPECT_EQ(co_await ReasonOf(SendTo(store, order, InBath("FR"))), "ADDRESS_CHANGES_PRICE");
    EXPECT_EQ(co_await ReasonOf(SendTo(store, order, InBath("GB", "Wales"))), "ADDRESS_CHANGES_PRICE");
    EXPECT_EQ((co_await store.Read(order)).address.city, "London");
  });
}

TEST(ChangeAddress, AfterTheFirstParcelOfAnyPart_IsRefused) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    co_await store.Move(part, State::kAccepted, part.seller);
    co_await SendTo(store, order, InBath());
    co_await store.Send(part, {{part.lines[0].id, 1}}, part.seller);
    EXPECT_EQ(co_await ReasonOf(SendTo(store, order, InBath())), "ILLEGAL_TRANSITION");
    co_await store.Send(part, {}, part.seller);
    EXPECT_EQ(co_await ReasonOf(SendTo(store, order, InBath())), "ILLEGAL_TRANSITION");
  });
}

TEST(ChangeAddress, OfADeadOrder_IsRefused) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    co_await store.Cancel(order, order.buyer, Uuid::NewV7(), {order.parts[0].id});
    co_await SendTo(store, order, InBath());
    EXPECT_EQ(ToldOf(order.parts[0]), "order.SellerOrderPlaced 2, order.SellerOrderCancelled 3")
        << "nothing of it is sent";
    co_await store.Cancel(order, order.buyer, Uuid::NewV7());
    EXPECT_EQ(co_await ReasonOf(SendTo(store, order, InBath())), "ILLEGAL_TRANSITION");
  });
}

// Its shops hear of it as it is placed; whoever drives its checkout meanwhile looks at it again.
TEST(ChangeAddress, OfAnOrderThatWaitsForItsPayment_IsToldToNobody) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    auto order = testing::AnOrder();
    const auto lease = (co_await testing::Insert(store.checkouts, order)).value();
    const auto changed = co_await SendTo(store, order, InBath());
    EXPECT_EQ(changed.address.city, "Bath");
    EXPECT_EQ(ToldOf(order.parts[0]), "");
    const domain::PaymentSummary money{.state = domain::PaymentState::kAuthorized,
                                       .authorized_minor = order.total.minor};
    bool lost = false;
    try {
      co_await store.checkouts.Place(Soon(), lease, order, money, Now());
    } catch (const LostLease&) {
      lost = true;
    }
    EXPECT_TRUE(lost) << "what it read is not what there is";
    auto read = co_await store.Read(order);
    co_await store.checkouts.Place(Soon(), lease, read, money, Now());
    EXPECT_EQ(ToldOf(order.parts[0]), "order.SellerOrderPlaced 3");
    EXPECT_EQ((co_await store.Read(order)).address.city, "Bath");
  });
}

TEST(ChangeAddress, ByAnOperator_IsOnRecordWithoutTheAddress) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    auto act = audit::SomeAct();
    act.before.clear();
    act.after.clear();
    const auto operation = Uuid::NewV7();
    for (int run = 0; run < 2; ++run) {
      co_await store.transitions.ChangeAddress(Soon(), order.id, Scope::Everything(), InBath(),
                                               {domain::ActorRole::kOperator, AccountId::New(), act}, "moved",
                                               operation, Now());
    }
    EXPECT_EQ(
        testing::Sql("SELECT string_agg(concat_ws(' ', target_type, before, after), ',') FROM audit_event"
                     " WHERE target_id = '" +
                     order.id.ToString() + "'"),
        R"(order {} {"shippingAddress": "another one"})");
    const auto told = events::LastTold<api::order::OrderAddressChanged>(
        SharedDatabase(), "seller_order/" + order.parts[1].id.ToString());
    EXPECT_EQ(told.actor(), "operator");
    EXPECT_EQ(told.order_id(), order.id.ToString());
  });
}

}  // namespace
}  // namespace market::order::storage
