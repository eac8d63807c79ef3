#include "services/order/storage/transitions.hpp"

#include <gtest/gtest.h>

#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order::storage {
namespace {

using domain::State;
using testing::AnOrder;
using testing::MovingStore;
using testing::Now;
using testing::SharedDatabase;
using testing::Soon;
using testing::ToldOf;
using testing::WithStore;

Task<> ExpectReadBack(MovingStore& store) {
  const auto placed = co_await store.Placed();
  const auto order = (co_await store.orders.Find(Soon(), placed.id, Scope::Buyer(placed.buyer))).value();
  EXPECT_EQ(order.CurrentState(), State::kPlaced);
  EXPECT_EQ(order.total, placed.total);
  EXPECT_EQ(order.address.lines, placed.address.lines);
  EXPECT_EQ(order.parts.size(), 2u);
  EXPECT_EQ(order.parts[0].lines[0].options, placed.parts[0].lines[0].options);
  EXPECT_EQ(order.parts[0].lines[0].title, placed.parts[0].lines[0].title);
  EXPECT_EQ(order.parts[0].lines[0].total.minor, 2 * 1999);
  EXPECT_FALSE((co_await store.orders.Find(Soon(), placed.id, Scope::Buyer(AccountId::New()))).has_value());
  const auto same = co_await store.orders.FindByOperation(Soon(), placed.operation_id);
  EXPECT_EQ(same.value().id, placed.id);

  auto twin = AnOrder();
  twin.operation_id = placed.operation_id;
  EXPECT_FALSE((co_await testing::Insert(store.checkouts, twin)).has_value());
}
TEST(Orders, Placed_ReadsBackForItsBuyerOnly) { WithStore<MovingStore>(ExpectReadBack); }

Task<> ExpectFulfilment(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kAccepted, SellerId::New()), "NOT_FOUND");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kShipped, part.seller), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kAccepted, part.seller), "");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kAccepted, part.seller), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kShipped, part.seller), "");
  EXPECT_EQ(co_await store.ReasonOfMove(part, State::kDelivered, part.seller), "");
  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 2u);
  EXPECT_TRUE(stock.at(0).has_commit());
  EXPECT_EQ(stock.at(1).consume().lines(0).line_id(), part.lines[0].id.ToString());
  EXPECT_EQ(stock.at(1).consume().lines(0).quantity(), part.lines[0].quantity);

  std::vector<SellerId> sellers = {part.seller};
  const auto mine = Scope::Sellers(sellers);
  const auto read = (co_await store.orders.FindPart(Soon(), part.id, mine)).value();
  EXPECT_EQ(read.parcels.at(0).carrier, "Royal Mail");
  EXPECT_EQ(read.lines.at(0).shipped, read.lines.at(0).quantity);
  EXPECT_EQ(read.lines.at(0).cancelled, 0);
  EXPECT_EQ(read.address.city, "London");
  const auto whole = (co_await store.orders.Find(Soon(), order.id, Scope::Everything())).value();
  EXPECT_EQ(whole.CurrentState(), State::kPlaced);
  const auto history = (co_await store.orders.History(Soon(), order.id, mine, 0, 100)).value();
  EXPECT_EQ(history.size(), 5u);
  EXPECT_EQ(
      (co_await store.orders.History(Soon(), order.id, Scope::Buyer(order.buyer), 0, 100)).value().size(),
      7u);
  EXPECT_FALSE(
      (co_await store.orders.History(Soon(), order.id, Scope::Buyer(AccountId::New()), 0, 100)).has_value());
  const auto rest = (co_await store.orders.History(Soon(), order.id, mine, 3, 100)).value();
  EXPECT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest.back().to, history.back().to);
  const auto first = (co_await store.orders.History(Soon(), order.id, mine, 0, 3)).value();
  EXPECT_EQ(first.size(), 3u);
  EXPECT_FALSE(first.front().from.has_value());
}
Task<> ExpectMoveAnswers(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[1];
  auto written = co_await store.Move(part, State::kAccepted, part.seller);
  EXPECT_EQ(written.state, State::kAccepted);
  EXPECT_EQ(written.version, part.version + 1);
  written = co_await store.Move(part, State::kShipped, part.seller);
  const auto read = (co_await store.orders.FindPart(Soon(), part.id, Scope::Sellers({part.seller}))).value();
  EXPECT_EQ(written.state, read.state);
  EXPECT_EQ(written.version, read.version);
  EXPECT_EQ(written.updated_at, read.updated_at);
  EXPECT_EQ(written.parcels.at(0).tracking_number, "RM1");
  EXPECT_EQ(written.address.recipient, read.address.recipient);
  EXPECT_EQ(written.total, read.total);
  EXPECT_EQ(written.lines.size(), 1u);
  EXPECT_EQ(written.lines.at(0).sku, read.lines.at(0).sku);
  EXPECT_EQ(written.lines.at(0).total, read.lines.at(0).total);
}
TEST(Transitions, AMove_AnswersWhatItWrote) { WithStore<MovingStore>(ExpectMoveAnswers); }

Task<> ExpectMoveIsRepeatable(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto& part = order.parts[0];
  for (const auto to : {State::kAccepted, State::kShipped}) {
    const auto operation = Uuid::NewV7();
    const auto written = co_await store.Move(part, to, part.seller, operation);
    const auto again = co_await store.Move(part, to, part.seller, operation);
    EXPECT_EQ(again.state, to);
    EXPECT_EQ(again.version, written.version);
    EXPECT_EQ(again.parcels.size(), written.parcels.size());
    EXPECT_EQ(again.lines.at(0).sku, written.lines.at(0).sku);
    EXPECT_EQ(co_await store.ReasonOfMove(part, to, part.seller), "ILLEGAL_TRANSITION");
  }
  EXPECT_EQ((co_await store.StockCommands(order.id)).size(), 2u);
}
TEST(Transitions, AMove_IsRepeatable) { WithStore<MovingStore>(ExpectMoveIsRepeatable); }

Task<> ExpectCancelAnswers(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto operation = Uuid::NewV7();
  for (const std::size_t cancelled : {1, 0}) {  // the second is a repetition
    const auto written = (co_await store.transitions.Cancel(
                              Soon(), order.id, Scope::Buyer(order.buyer), {order.parts[0].id},
                              {domain::ActorRole::kBuyer, order.buyer}, "", operation, "", Now()))
                             .value();
    EXPECT_EQ(written.parts, cancelled);
    EXPECT_EQ(written.order.parts.at(0).state, State::kCancelled);
    EXPECT_EQ(written.order.parts.at(1).state, State::kPlaced);
    EXPECT_EQ(written.order.version, order.version + 1);
    const auto read = (co_await store.orders.Find(Soon(), order.id, Scope::Everything())).value();
    EXPECT_EQ(written.order.version, read.version);
    EXPECT_EQ(written.order.updated_at, read.updated_at);
    EXPECT_EQ(written.order.parts.at(0).version, read.parts.at(0).version);
  }
}
TEST(Transitions, ACancellation_AnswersWhatItWrote) { WithStore<MovingStore>(ExpectCancelAnswers); }

TEST(Transitions, Seller_MovesItsOwnPartOnly) { WithStore<MovingStore>(ExpectFulfilment); }

Task<> ExpectCancel(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto operation = Uuid::NewV7();
  EXPECT_EQ(co_await store.Cancel(order, AccountId::New(), operation), "NOT_FOUND");
  std::vector<domain::SellerOrderId> first = {order.parts[0].id};
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, operation, first), "");
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, operation, first), "");
  const auto payment = co_await store.PaymentCommands(order.id);
  EXPECT_EQ(payment.size(), 2u);
  EXPECT_TRUE(payment.at(0).has_capture());
  EXPECT_EQ(payment.at(1).refund().seller_order_id(), first[0].ToString());
  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 2u);
  EXPECT_EQ(stock.at(1).release().lines(0).line_id(), order.parts[0].lines[0].id.ToString());
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7(), first), "ILLEGAL_TRANSITION");
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "");
  EXPECT_EQ((co_await store.PaymentCommands(order.id)).size(), 3u);
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "ILLEGAL_TRANSITION");
  const auto read = (co_await store.orders.Find(Soon(), order.id, Scope::Everything())).value();
  EXPECT_EQ(read.CurrentState(), State::kCancelled);
  for (const auto& part : read.parts) EXPECT_EQ(part.lines.at(0).cancelled, part.lines.at(0).quantity);
}
TEST(Orders, TermsOfALine_NeverChange) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await store.Placed();
    const auto line = order.parts[0].lines[0].id.ToString();
    for (const auto* change :
         {"quantity = quantity + 1", "unit_price_minor = 1", "total_minor = total_minor - 1", "tax_minor = 1",
          "shipped = quantity + 1", "cancelled = -1", "returned = 1"}) {
      EXPECT_THROW(SharedDatabase().Execute(std::string("UPDATE order_line SET ") + change + " WHERE id = '" +
                                            line + "'"),
                   std::exception)
          << change;
    }
    EXPECT_THROW(SharedDatabase().Execute("DELETE FROM order_line WHERE id = '" + line + "'"),
                 std::exception);
  });
}

TEST(Transitions, Cancel_IsOncePerPartAndRepeatable) { WithStore<MovingStore>(ExpectCancel); }

Task<> ExpectEvents(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto& shipped = order.parts[0];
  const auto& cancelled = order.parts[1];
  for (const auto to : {State::kAccepted, State::kShipped, State::kDelivered}) {
    co_await store.Move(shipped, to, shipped.seller);
    co_await store.ReasonOfMove(shipped, to, shipped.seller);  // refused: not told
  }
  const auto operation = Uuid::NewV7();
  std::vector<domain::SellerOrderId> named = {cancelled.id};
  for (int i = 0; i < 2; ++i) co_await store.Cancel(order, order.buyer, operation, named);
  EXPECT_EQ(ToldOf(order), "order.OrderPlaced 2");
  EXPECT_EQ(ToldOf(shipped),
            "order.SellerOrderPlaced 2, order.SellerOrderAccepted 3, order.ParcelShipped 4, "
            "order.SellerOrderShipped 4, order.ParcelDelivered 5, order.SellerOrderDelivered 5");
  EXPECT_EQ(ToldOf(cancelled), "order.SellerOrderPlaced 2, order.SellerOrderCancelled 3");

  const auto placed =
      events::LastTold<api::order::OrderPlaced>(SharedDatabase(), "order/" + order.id.ToString());
  EXPECT_EQ(placed.total().amount(), order.total.minor);
  EXPECT_EQ(placed.parts_size(), 2);
  EXPECT_EQ(placed.parts(1).seller_order_id(), cancelled.id.ToString());
  const auto parcel = events::LastTold<api::order::SellerOrderShipped>(
      SharedDatabase(), "seller_order/" + shipped.id.ToString());
  EXPECT_EQ(parcel.order_id(), order.id.ToString());
  const auto why = events::LastTold<api::order::SellerOrderCancelled>(
      SharedDatabase(), "seller_order/" + cancelled.id.ToString());
  EXPECT_EQ(why.actor(), "buyer");
  EXPECT_EQ(SharedDatabase().Execute("SELECT count(*) FROM event WHERE buyer_id = '" +
                                     order.buyer.ToString() + "'"),
            "9");
  EXPECT_EQ(SharedDatabase().Execute("SELECT count(*) FROM event WHERE seller_id = '" +
                                     shipped.seller.ToString() + "'"),
            "6");
}
TEST(Events, EveryAct_IsTold) { WithStore<MovingStore>(ExpectEvents); }

Task<> ExpectFailureTold(MovingStore& store) {
  auto order = AnOrder();
  const auto lease = co_await testing::Insert(store.checkouts, order);
  EXPECT_EQ(ToldOf(order), "");
  auto stale = *lease;
  ++stale.fence;
  bool lost = false;
  try {
    co_await store.checkouts.Fail(
        Soon(), stale, order,
        {.reason = domain::FailureReason::kOutOfStock, .shortages = {}, .decline_code = {}}, {}, Now());
  } catch (const LostLease&) {
    lost = true;
  }
  EXPECT_TRUE(lost);
  EXPECT_EQ(ToldOf(order), "") << "whose lease is lost tells nothing";
  co_await store.checkouts.Fail(
      Soon(), *lease, order,
      {.reason = domain::FailureReason::kOutOfStock, .shortages = {}, .decline_code = {}}, {}, Now());
  EXPECT_EQ(ToldOf(order), "order.OrderFailed 2");
  EXPECT_EQ(ToldOf(order.parts[0]), "");
  EXPECT_EQ(
      events::LastTold<api::order::OrderFailed>(SharedDatabase(), "order/" + order.id.ToString()).reason(),
      "OUT_OF_STOCK");
}
TEST(Events, AFailedOrder_IsTold) { WithStore<MovingStore>(ExpectFailureTold); }

Task<> ExpectActOnRecord(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto operation = Uuid::NewV7();
  auto act = audit::SomeAct();
  act.before.clear();
  act.after.clear();
  const Actor by_operator{domain::ActorRole::kOperator, AccountId::New(), act};
  for (int run = 1; run <= 2; ++run) {
    co_await store.transitions.Cancel(Soon(), order.id, Scope::Everything(), {order.parts[1].id}, by_operator,
                                      "fraud", operation, "", Now());
  }
  EXPECT_EQ(SharedDatabase().Execute(
                "SELECT string_agg(concat_ws(' ', target_type, before, after), ',') FROM audit_event"
                " WHERE target_id = '" +
                order.id.ToString() + "'"),
            "order {\"" + order.parts[1].id.ToString() + "\": \"PLACED\"} {\"" +
                order.parts[1].id.ToString() + "\": \"CANCELLED\"}");
}
TEST(Transitions, CancelByAnOperator_IsOnRecordOnce) { WithStore<MovingStore>(ExpectActOnRecord); }

Task<> ExpectNoActOfABuyer(MovingStore& store) {
  const auto order = co_await store.Placed();
  EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "");
  EXPECT_EQ(SharedDatabase().Execute("SELECT count(*) FROM audit_event WHERE target_id = '" +
                                     order.id.ToString() + "'"),
            "0");
}
TEST(Transitions, CancelByTheBuyer_IsNoPrivilegedAct) { WithStore<MovingStore>(ExpectNoActOfABuyer); }

Wanted InState(std::optional<State> state) {
  return {.states = state ? std::vector{*state} : std::vector<State>()};
}

Task<> ExpectPages(MovingStore& store) {
  const auto first = co_await store.Placed();
  const auto page = [&](std::optional<State> state, std::optional<domain::OrderId> before = {}) {
    return store.orders.ListOfBuyer(Soon(), first.buyer, InState(state), before, 10);
  };
  EXPECT_EQ((co_await page(std::nullopt)).size(), 1u);
  EXPECT_TRUE((co_await page(std::nullopt, first.id)).empty());
  const auto seller = first.parts[1].seller;
  EXPECT_EQ((co_await store.orders.ListOfSeller(Soon(), seller, {}, std::nullopt, 10)).size(), 1u);
  EXPECT_EQ((co_await store.orders.ListOfSeller(Soon(), seller, InState(State::kPlaced), {}, 10)).size(), 1u);
  EXPECT_TRUE((co_await store.orders.ListOfSeller(Soon(), seller, InState(State::kShipped), {}, 10)).empty());
  // An order's state is that of its parts together, in SQL as in the domain.
  for (const auto to : {State::kAccepted, State::kShipped, State::kDelivered}) {
    for (const auto& part : first.parts) {
      co_await store.Move(part, to, part.seller);
      const auto state = (co_await store.orders.Find(Soon(), first.id, Scope::Everything()))->CurrentState();
      for (const auto one : {State::kPlaced, State::kAccepted, State::kShipped, State::kDelivered,
                             State::kCancelled, State::kFailed}) {
        EXPECT_EQ((co_await page(one)).size(), one == state ? 1u : 0u) << Name(one);
      }
    }
  }
}
TEST(Orders, Lists_ArePagedAndFiltered) { WithStore<MovingStore>(ExpectPages); }

Task<> ExpectDeadParts(MovingStore& store) {
  const auto order = co_await store.Placed();
  const auto listed = [&](State state) {
    return store.orders.ListOfBuyer(Soon(), order.buyer, InState(state), std::nullopt, 10);
  };
  for (const auto& part : order.parts) {
    std::vector<domain::SellerOrderId> named = {part.id};
    EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7(), named), "");
    const bool all = part.id == order.parts.back().id;
    EXPECT_EQ((co_await listed(State::kPlaced)).size(), all ? 0u : 1u);
    EXPECT_EQ((co_await listed(State::kCancelled)).size(), all ? 1u : 0u);
  }
}
TEST(Orders, AListByState_LooksAtDeadPartsLast) { WithStore<MovingStore>(ExpectDeadParts); }

Task<> ExpectAppendOnly(MovingStore& store) {
  static constexpr postgres::Statement kRewrite{"test.rewrite",
                                                "UPDATE order_event SET reason = 'x' WHERE order_id = $1"};
  static constexpr postgres::Statement kDelete{"test.delete", "DELETE FROM order_event WHERE order_id = $1"};
  const auto order = co_await store.Placed();
  for (const auto& statement : {kRewrite, kDelete}) {
    bool refused = false;
    try {
      co_await store.database.Write(Soon(), statement, order.id);
    } catch (const postgres::SqlError&) {
      refused = true;
    }
    EXPECT_TRUE(refused) << statement.name;
  }
}
TEST(Orders, History_IsAppendOnly) { WithStore<MovingStore>(ExpectAppendOnly); }

}  // namespace
}  // namespace market::order::storage
