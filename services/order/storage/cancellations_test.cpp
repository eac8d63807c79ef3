// What is cancelled by lines and quantities.
#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "platform/runtime/task_group.hpp"
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

// One unit of a line of two, then the other one: the part goes on, then it is cancelled.
Task<> ExpectSteps(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  const auto line = part.lines[0].id;
  const auto operation = Uuid::NewV7();
  for (const bool first : {true, false}) {
    const auto cancelled = (co_await store.CancelUnits(order, {{line, 1}}, operation)).value();
    EXPECT_EQ(cancelled.parts, 0u);
    EXPECT_EQ(cancelled.order.version, order.version + 1) << (first ? "" : "a repetition changes nothing");
    EXPECT_EQ(cancelled.order.parts.at(0).state, State::kPlaced);
    EXPECT_EQ(cancelled.order.parts.at(0).version, part.version + 1);
    EXPECT_EQ(cancelled.order.parts.at(0).lines.at(0).cancelled, 1);
    EXPECT_EQ(cancelled.order.parts.at(1).version, order.parts[1].version);
  }
  co_await store.Move(part, State::kAccepted, part.seller);
  const auto ended = (co_await store.CancelUnits(order, {{line, 1}})).value();
  EXPECT_EQ(ended.parts, 1u);
  EXPECT_EQ(ended.order.parts.at(0).state, State::kCancelled);
  EXPECT_EQ(ended.order.CurrentState(), State::kPlaced);
  EXPECT_EQ(co_await ReasonOf(store.CancelUnits(order, {{line, 1}})), "ILLEGAL_TRANSITION");

  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 3u) << "the commit, and these";
  for (const auto at : {1u, 2u}) {
    EXPECT_EQ(stock.at(at).release().lines_size(), 1);
    EXPECT_EQ(stock.at(at).release().lines(0).line_id(), line.ToString());
    EXPECT_EQ(stock.at(at).release().lines(0).quantity(), 1);
  }
  const auto payment = co_await store.PaymentCommands(order.id);
  EXPECT_EQ(payment.size(), 3u);
  EXPECT_EQ(payment.at(1).refund().amount().amount(), 1999);
  EXPECT_EQ(payment.at(1).refund().amount().currency(), "EUR");
  EXPECT_FALSE(payment.at(2).refund().has_amount()) << "all that is left";
  EXPECT_EQ(ToldOf(part),
            "order.SellerOrderPlaced 2, order.SellerOrderUnitsCancelled 3, order.SellerOrderAccepted 4, "
            "order.SellerOrderCancelled 5");
}
TEST(CancelUnits, APart_GoesOnUntilItsLastUnit) { WithStore<MovingStore>(ExpectSteps); }

TEST(CancelUnits, WhatWasCancelled_IsTold) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    co_await store.CancelUnits(order, {{part.lines[0].id, 1}});
    const auto told = events::LastTold<api::order::SellerOrderUnitsCancelled>(
        SharedDatabase(), "seller_order/" + part.id.ToString());
    EXPECT_EQ(told.order_id(), order.id.ToString());
    EXPECT_EQ(told.actor(), "buyer");
    EXPECT_EQ(told.amount().amount(), 1999);
    EXPECT_EQ(told.lines(0).line_id(), part.lines[0].id.ToString());
    EXPECT_EQ(told.lines(0).quantity(), 1);
    const auto history =
        (co_await store.orders.History(Soon(), order.id, Scope::Everything(), 0, 100)).value();
    EXPECT_EQ(history.back().from, State::kPlaced);
    EXPECT_EQ(history.back().to, State::kPlaced);
    EXPECT_EQ(history.back().cancelled, (std::vector<domain::Units>{{part.lines[0].id, 1}}));
    EXPECT_TRUE(history.front().cancelled.empty());
  });
}

// Lines of several parts in one go: what is wrong with one of them changes none.
Task<> ExpectAllOrNone(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto& first = order.parts[0].lines[0];
  const auto& second = order.parts[1].lines[0];
  const auto reason = [&](std::vector<domain::Units> units) {
    return ReasonOf(store.CancelUnits(order, std::move(units)));
  };
  EXPECT_EQ(co_await reason({{first.id, 1}, {second.id, 2}}), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await reason({{first.id, 1}, {domain::LineId::New(), 1}}), "NOT_FOUND");
  EXPECT_EQ(co_await reason({{first.id, 1}, {first.id, 1}}), "INVALID_ARGUMENT");
  EXPECT_EQ(
      co_await ReasonOf(store.transitions.CancelUnits(Soon(), order.id, Scope::Buyer(AccountId::New()),
                                                      {{first.id, 1}}, {}, "", Uuid::NewV7(), "", Now())),
      "NOT_FOUND");
  EXPECT_EQ((co_await store.StockCommands(order.id)).size(), 1u);
  EXPECT_EQ((co_await store.Read(order)).version, order.version);

  const auto cancelled = (co_await store.CancelUnits(order, {{first.id, 1}, {second.id, 1}})).value();
  EXPECT_EQ(cancelled.parts, 1u);
  EXPECT_EQ(cancelled.order.parts.at(0).state, State::kPlaced);
  EXPECT_EQ(cancelled.order.parts.at(1).state, State::kCancelled);
  EXPECT_EQ(cancelled.order.version, order.version + 1);
}
TEST(CancelUnits, OfSeveralParts_AllOrNone) { WithStore<MovingStore>(ExpectAllOrNone); }

TEST(CancelUnits, WhatIsLeft_IsShipped) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto& part = order.parts[0];
    co_await store.CancelUnits(order, {{part.lines[0].id, 1}});
    for (const auto to : {State::kAccepted, State::kShipped}) co_await store.Move(part, to, part.seller);
    const auto stock = co_await store.StockCommands(order.id);
    EXPECT_EQ(stock.back().consume().lines(0).quantity(), 1);
    const auto read = co_await store.Read(order);
    EXPECT_EQ(read.parts.at(0).lines.at(0).shipped, 1);
    EXPECT_EQ(read.parts.at(0).lines.at(0).cancelled, 1);
    EXPECT_EQ(co_await ReasonOf(store.CancelUnits(order, {{part.lines[0].id, 1}})), "ILLEGAL_TRANSITION");
  });
}

Task<> ExpectByShop(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  const auto end = [&](std::vector<domain::Units> units, Uuid operation) {
    return store.transitions.End(
        Soon(), part.id, Scope::Sellers({part.seller}),
        {State::kCancelled, {domain::ActorRole::kSeller, AccountId::New()}, "broken", std::move(units)},
        operation, "", Now());
  };
  const auto line = part.lines[0].id;
  EXPECT_EQ(co_await ReasonOf(end({{order.parts[1].lines[0].id, 1}}, Uuid::NewV7())), "NOT_FOUND");
  EXPECT_EQ(co_await ReasonOf(end({{line, 3}}, Uuid::NewV7())), "ILLEGAL_TRANSITION");
  const auto operation = Uuid::NewV7();
  for (int run = 0; run < 2; ++run) {
    const auto moved = co_await end({{line, 1}}, operation);
    EXPECT_TRUE(moved.steps.empty());
    EXPECT_EQ(moved.part.state, State::kPlaced);
    EXPECT_EQ(moved.part.lines.at(0).cancelled, 1);
  }
  const auto moved = co_await end({{line, 1}}, Uuid::NewV7());
  EXPECT_EQ(moved.steps, std::vector{State::kCancelled});
  EXPECT_EQ(moved.part.state, State::kCancelled);
  EXPECT_EQ((co_await store.PaymentCommands(order.id)).size(), 3u);
}
TEST(CancelUnits, AShop_CancelsThoseOfItsPart) { WithStore<MovingStore>(ExpectByShop); }

// Paid in one, so undone in one.
TEST(CancelUnits, OfAnUnpaidOrder_AreAllOrNone) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    auto order = testing::AnOrder();
    co_await testing::Insert(store.checkouts, order);
    const auto& first = order.parts[0].lines[0];
    const auto& second = order.parts[1].lines[0];
    EXPECT_EQ(co_await ReasonOf(store.CancelUnits(order, {{first.id, 2}})), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(store.CancelUnits(order, {{first.id, 1}, {second.id, 1}})),
              "ILLEGAL_TRANSITION");
    EXPECT_FALSE((co_await store.CancelUnits(order, {{second.id, 1}, {first.id, 2}})).has_value())
        << "all of it is for its checkout to undo";
  });
}

Task<> ExpectUnitsOnRecord(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto line = order.parts[0].lines[0].id;
  auto act = audit::SomeAct();
  act.before.clear();
  act.after.clear();
  co_await store.transitions.CancelUnits(Soon(), order.id, Scope::Everything(), {{line, 1}},
                                         {domain::ActorRole::kOperator, AccountId::New(), act}, "fraud",
                                         Uuid::NewV7(), "", Now());
  EXPECT_EQ(
      SharedDatabase().Execute("SELECT concat_ws(' ', before, after) FROM audit_event WHERE target_id = '" +
                               order.id.ToString() + "'"),
      "{\"" + line.ToString() + "\": \"cancelled 0\"} {\"" + line.ToString() + "\": \"cancelled 1\"}");
}
TEST(CancelUnits, ByAnOperator_AreOnRecord) { WithStore<MovingStore>(ExpectUnitsOnRecord); }

// Buyer, shop and the buyer's other tab want the last units at once.
Task<> ExpectOneWinner(MovingStore& store, boost::asio::any_io_executor executor) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  const auto line = part.lines[0].id;
  co_await store.CancelUnits(order, {{line, 1}});
  int won = 0;
  const auto count = [&](Task<std::string> reason) -> Task<> {
    const auto told = co_await std::move(reason);
    EXPECT_TRUE(told.empty() || told == "ILLEGAL_TRANSITION") << told;
    won += told.empty();
  };
  runtime::TaskGroup group(executor, [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
  for (int i = 0; i < 3; ++i) {
    group.Spawn("buyer", count(ReasonOf(store.CancelUnits(order, {{line, 1}}))));
    group.Spawn("shop", count(ReasonOf(store.transitions.End(
                            Soon(), part.id, Scope::Sellers({part.seller}),
                            {State::kCancelled, {domain::ActorRole::kSeller, AccountId::New()}, "", {}},
                            Uuid::NewV7(), "", Now()))));
    group.Spawn("whole", count(store.Cancel(order, order.buyer, Uuid::NewV7(), {part.id})));
  }
  co_await group.Join(Soon());
  EXPECT_EQ(won, 1);
  const auto read = co_await store.Read(order);
  EXPECT_EQ(read.parts.at(0).state, State::kCancelled);
  EXPECT_EQ(read.parts.at(0).lines.at(0).cancelled, 2);
  EXPECT_EQ((co_await store.StockCommands(order.id)).size(), 3u);
}
TEST(CancelUnits, TheLastOneAtOnce_HasOneWinner) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    co_await ExpectOneWinner(store, co_await boost::asio::this_coro::executor);
  });
}

}  // namespace
}  // namespace market::order::storage
