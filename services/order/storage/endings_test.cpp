// How parts end: refused or cancelled by their shop, received by their buyer.
#include <gtest/gtest.h>

#include "platform/events/testing/told.hpp"
#include "services/order/storage/transitions.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::State;
using testing::AnOrder;
using testing::MovingStore;
using testing::Now;
using testing::ReasonOf;
using testing::SharedDatabase;
using testing::Soon;
using testing::ToldOf;
using testing::WithStore;

// "from>to actor reason" of each step after PLACED.
Task<std::string> HistoryOf(MovingStore& store, const domain::Order& order, const domain::SellerOrder& part) {
  std::string steps;
  const auto history = (co_await store.orders.History(Soon(), order.id, Scope::Everything(), 0, 100)).value();
  for (const auto& event : history) {
    if (event.part != part.id || !event.from || event.from == State::kPendingPayment) continue;
    steps += std::string(Name(*event.from)) + '>' + std::string(Name(event.to)) + ' ' +
             std::string(Name(event.actor)) + ' ' + event.reason + '\n';
  }
  co_return steps;
}

Task<Moved> End(MovingStore& store, const domain::SellerOrder& part, State to, SellerId as,
                Uuid operation = Uuid::NewV7()) {
  return store.transitions.End(Soon(), part.id, Scope::Sellers({as}),
                               {to, {domain::ActorRole::kSeller, AccountId::New()}, "broken"}, operation, "",
                               Now());
}

Task<Moved> Receive(MovingStore& store, const domain::SellerOrder& part, AccountId as,
                    Uuid operation = Uuid::NewV7()) {
  return store.transitions.Move(Soon(), part.id, Scope::Buyer(as), State::kCompleted,
                                {domain::ActorRole::kBuyer, as}, operation, "", Now());
}

// Whoever ends a part, its units and its money go the same way.
Task<> ExpectEnded(MovingStore& store, State to, std::string told) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  const auto& other = order.parts[1];
  EXPECT_EQ(co_await ReasonOf(End(store, part, to, other.seller)), "NOT_FOUND");
  co_await store.Move(part, State::kAccepted, part.seller);
  const auto operation = Uuid::NewV7();
  for (const bool first : {true, false}) {
    const auto ended = co_await End(store, part, to, part.seller, operation);
    EXPECT_EQ(ended.steps, first ? std::vector{to} : std::vector<State>());
    EXPECT_EQ(ended.part.state, to);
    EXPECT_EQ(ended.part.version, part.version + 2);
    EXPECT_EQ(ended.part.lines.at(0).sku, part.lines[0].sku);
    EXPECT_EQ(ended.part.address.city, "London");
  }
  EXPECT_EQ(co_await ReasonOf(End(store, part, to, part.seller)), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await ReasonOf(store.Move(part, State::kShipped, part.seller)), "ILLEGAL_TRANSITION");

  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 2u) << "the commit, and this";
  EXPECT_EQ(stock.at(1).release().lines_size(), 1);
  EXPECT_EQ(stock.at(1).release().lines(0).line_id(), part.lines[0].id.ToString());
  EXPECT_EQ(stock.at(1).release().lines(0).quantity(), part.lines[0].quantity);
  const auto payment = co_await store.PaymentCommands(order.id);
  EXPECT_EQ(payment.size(), 2u);
  EXPECT_EQ(payment.at(1).refund().seller_order_id(), part.id.ToString());
  EXPECT_TRUE(ToldOf(part).ends_with(told + " 4")) << ToldOf(part);
  EXPECT_EQ(co_await HistoryOf(store, order, part),
            "PLACED>ACCEPTED seller \nACCEPTED>" + std::string(Name(to)) + " seller broken\n");
  const auto read = (co_await store.orders.Find(Soon(), order.id, Scope::Everything())).value();
  EXPECT_EQ(read.CurrentState(), State::kPlaced) << "the other part is as it was";
  EXPECT_EQ(read.version, order.version + 2);

  co_await End(store, other, to, other.seller);
  EXPECT_EQ((co_await store.orders.Find(Soon(), order.id, Scope::Everything()))->CurrentState(), to);
}
TEST(Endings, AShopRejects_ItsPartBeforeItIsShipped) {
  WithStore<MovingStore>(
      [](MovingStore& store) { return ExpectEnded(store, State::kRejected, "order.SellerOrderRejected"); });
}
TEST(Endings, AShopCancels_ItsPartBeforeItIsShipped) {
  WithStore<MovingStore>(
      [](MovingStore& store) { return ExpectEnded(store, State::kCancelled, "order.SellerOrderCancelled"); });
}

TEST(Endings, WhoEndedAPart_IsTold) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    co_await End(store, order.parts[0], State::kRejected, order.parts[0].seller);
    co_await End(store, order.parts[1], State::kCancelled, order.parts[1].seller);
    const auto about = [](const domain::SellerOrder& part) { return "seller_order/" + part.id.ToString(); };
    const auto rejected =
        events::LastTold<api::order::SellerOrderRejected>(SharedDatabase(), about(order.parts[0]));
    EXPECT_EQ(rejected.order_id(), order.id.ToString());
    EXPECT_EQ(rejected.actor(), "seller");
    const auto cancelled =
        events::LastTold<api::order::SellerOrderCancelled>(SharedDatabase(), about(order.parts[1]));
    EXPECT_EQ(cancelled.actor(), "seller");
  });
}

TEST(Endings, WhatIsShipped_IsNotEndedAnyMore) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    for (const auto to : {State::kAccepted, State::kShipped}) co_await store.Move(part, to, part.seller);
    for (const auto to : {State::kRejected, State::kCancelled}) {
      EXPECT_EQ(co_await ReasonOf(End(store, part, to, part.seller)), "ILLEGAL_TRANSITION");
    }
    EXPECT_EQ((co_await store.PaymentCommands(order.id)).size(), 1u) << "the capture";
  });
}

TEST(Endings, AnUnpaidPart_IsNotItsShopsToEnd) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    auto order = AnOrder();
    co_await testing::Insert(store.checkouts, order);
    for (const auto to : {State::kRejected, State::kCancelled}) {
      EXPECT_EQ(co_await ReasonOf(End(store, order.parts[0], to, order.parts[0].seller)),
                "ILLEGAL_TRANSITION");
    }
  });
}

TEST(Receipt, IsConfirmedByTheBuyerOnly) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    EXPECT_EQ(co_await ReasonOf(Receive(store, part, AccountId::New())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(Receive(store, part, order.buyer)), "ILLEGAL_TRANSITION");
    co_await store.Move(part, State::kAccepted, part.seller);
    EXPECT_EQ(co_await ReasonOf(Receive(store, part, order.buyer)), "ILLEGAL_TRANSITION");
    for (const auto to : {State::kShipped, State::kDelivered}) co_await store.Move(part, to, part.seller);
    const auto operation = Uuid::NewV7();
    for (const bool first : {true, false}) {
      const auto received = co_await Receive(store, part, order.buyer, operation);
      EXPECT_EQ(received.steps, first ? std::vector{State::kCompleted} : std::vector<State>());
      EXPECT_EQ(received.part.state, State::kCompleted);
      EXPECT_EQ(received.part.parcels.at(0).tracking_number, "RM1");
    }
    EXPECT_EQ(co_await ReasonOf(Receive(store, part, order.buyer)), "ILLEGAL_TRANSITION");
    EXPECT_TRUE(ToldOf(part).ends_with("order.SellerOrderDelivered 5, order.SellerOrderCompleted 6"));
  });
}

TEST(Receipt, OfWhatIsOnItsWay_IsItsDelivery) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    for (const auto to : {State::kAccepted, State::kShipped}) co_await store.Move(part, to, part.seller);
    const auto operation = Uuid::NewV7();
    for (const bool first : {true, false}) {
      const auto received = co_await Receive(store, part, order.buyer, operation);
      EXPECT_EQ(received.steps.size(), first ? 2u : 0u);
      EXPECT_EQ(received.part.state, State::kCompleted);
      EXPECT_EQ(received.part.version, part.version + 4);
      EXPECT_EQ(received.part.lines.size(), 1u);
    }
    EXPECT_TRUE(ToldOf(part).ends_with(
        "order.SellerOrderShipped 4, order.ParcelDelivered 5, order.SellerOrderDelivered 5, "
        "order.SellerOrderCompleted 6"));
    EXPECT_TRUE((co_await HistoryOf(store, order, part))
                    .ends_with("SHIPPED>DELIVERED buyer \nDELIVERED>COMPLETED buyer \n"));
    EXPECT_EQ((co_await store.StockCommands(order.id)).size(), 2u) << "sold, and left once";
  });
}

}  // namespace
}  // namespace market::order::storage
