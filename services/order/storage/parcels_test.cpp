// What shops send together, and what that makes of their part.
#include <gtest/gtest.h>

#include <string>
#include <vector>

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

// Accepted; of its first part there are two units, of 1999 each.
Task<domain::Order> Accepted(MovingStore& store) {
  const auto order = co_await store.Placed();
  for (const auto& part : order.parts) co_await store.Move(part, State::kAccepted, part.seller);
  co_return order;
}

std::vector<domain::Units> One(const domain::SellerOrder& part) { return {{part.lines[0].id, 1}}; }

Task<Moved> Arrive(MovingStore& store, const domain::Parcel& parcel, SellerId as,
                   Uuid operation = Uuid::NewV7()) {
  return store.transitions.DeliverParcel(Soon(), parcel.id, Scope::Sellers({as}),
                                         {domain::ActorRole::kSeller, AccountId::New()}, operation, Now());
}

Task<> ExpectTwoParcels(MovingStore& store) {
  const auto order = co_await Accepted(store);
  const auto& part = order.parts[0];
  const auto first = co_await store.Send(part, One(part), part.seller);
  EXPECT_EQ(first.steps, std::vector{State::kPartiallyShipped});
  EXPECT_EQ(first.part.state, State::kPartiallyShipped);
  EXPECT_EQ(first.part.lines.at(0).shipped, 1);
  EXPECT_EQ(first.part.parcels.size(), 1u);
  const auto& parcel = first.part.parcels.at(0);
  EXPECT_EQ(parcel.number, 1);
  EXPECT_EQ(parcel.carrier, "Royal Mail");
  EXPECT_EQ(parcel.tracking_number, "RM1");
  EXPECT_EQ(parcel.units, One(part));
  EXPECT_FALSE(parcel.delivered_at);
  EXPECT_EQ((co_await store.Read(order)).CurrentState(), State::kAccepted) << "the other part waits";

  EXPECT_EQ(co_await ReasonOf(store.Move(part, State::kDelivered, part.seller)), "ILLEGAL_TRANSITION");
  const auto second = co_await store.Send(part, {}, part.seller);
  EXPECT_EQ(second.steps, std::vector{State::kShipped});
  EXPECT_EQ(second.part.parcels.size(), 2u);
  EXPECT_EQ(second.part.parcels.at(1).number, 2);
  EXPECT_EQ(second.part.parcels.at(1).units, One(part));
  EXPECT_EQ(co_await ReasonOf(store.Send(part, {}, part.seller)), "ILLEGAL_TRANSITION");

  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 3u) << "the commit, and each parcel's units";
  for (const auto at : {1u, 2u}) EXPECT_EQ(stock.at(at).consume().lines(0).quantity(), 1);

  const auto half = co_await Arrive(store, second.part.parcels.at(1), part.seller);
  EXPECT_TRUE(half.steps.empty());
  EXPECT_EQ(half.part.state, State::kShipped);
  EXPECT_FALSE(half.part.parcels.at(0).delivered_at);
  EXPECT_TRUE(half.part.parcels.at(1).delivered_at);
  const auto all = co_await Arrive(store, parcel, part.seller);
  EXPECT_EQ(all.steps, std::vector{State::kDelivered});
  EXPECT_EQ(all.part.state, State::kDelivered);
  EXPECT_EQ(all.part.parcels.at(0).version, parcel.version + 1);
  EXPECT_EQ(ToldOf(part),
            "order.SellerOrderPlaced 2, order.SellerOrderAccepted 3, order.ParcelShipped 4, "
            "order.ParcelShipped 5, order.SellerOrderShipped 5, order.ParcelDelivered 6, "
            "order.ParcelDelivered 7, order.SellerOrderDelivered 7");
}
TEST(Parcels, APart_IsShippedWithItsLastUnitAndDeliveredWithItsLastParcel) {
  WithStore<MovingStore>(ExpectTwoParcels);
}

TEST(Parcels, EachStep_IsInTheHistoryWithItsParcel) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await Accepted(store);
    const auto& part = order.parts[0];
    const auto parcel = (co_await store.Send(part, One(part), part.seller)).part.parcels.at(0);
    co_await Arrive(store, parcel, part.seller);
    const auto history =
        (co_await store.orders.History(Soon(), order.id, Scope::Sellers({part.seller}), 0, 100)).value();
    EXPECT_EQ(history.size(), 5u);
    EXPECT_EQ(history.at(3).from, State::kAccepted);
    EXPECT_EQ(history.at(3).to, State::kPartiallyShipped);
    EXPECT_EQ(history.at(4).from, State::kPartiallyShipped);
    EXPECT_EQ(history.at(4).to, State::kPartiallyShipped);
    for (const auto at : {3u, 4u}) EXPECT_EQ(history.at(at).parcel, parcel.id);
    EXPECT_EQ(history.at(2).parcel, std::nullopt);
    const auto told =
        events::LastTold<api::order::ParcelDelivered>(SharedDatabase(), "seller_order/" + part.id.ToString());
    EXPECT_EQ(told.parcel_id(), parcel.id.ToString());
    EXPECT_FALSE(told.last());
  });
}

TEST(Parcels, WhatMayNotBeSent_IsRefused) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto placed = co_await store.Placed();
    EXPECT_EQ(co_await ReasonOf(store.Send(placed.parts[0], {}, placed.parts[0].seller)),
              "ILLEGAL_TRANSITION");
    const auto order = co_await Accepted(store);
    const auto& part = order.parts[0];
    EXPECT_EQ(co_await ReasonOf(store.Send(part, {}, SellerId::New())), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(store.Send(part, One(order.parts[1]), part.seller)), "NOT_FOUND");
    EXPECT_EQ(co_await ReasonOf(store.Send(part, {{part.lines[0].id, 3}}, part.seller)),
              "ILLEGAL_TRANSITION");
    testing::Sql("UPDATE orders SET payment_state = 'CAPTURE_FAILED' WHERE id = '" + order.id.ToString() +
                 "'");
    EXPECT_EQ(co_await ReasonOf(store.Send(part, One(part), part.seller)), "PAYMENT_NOT_SECURED");
    EXPECT_EQ((co_await store.StockCommands(order.id)).size(), 1u);
    EXPECT_TRUE((co_await store.Read(order)).parts.at(0).parcels.empty());
  });
}

TEST(Parcels, TheLastOneThatThereMayBe_TakesAllThatIsLeft) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await Accepted(store);
    const auto& part = order.parts[0];
    testing::Sql(
        "INSERT INTO parcel (id, seller_order_id, position, carrier, tracking_number, sent_at)"
        " SELECT gen_random_uuid(), '" +
        part.id.ToString() + "', n, 'DHL', '1', market_now() FROM generate_series(1, 29) AS n");
    testing::Sql("INSERT INTO parcel_line (parcel_id, line_id, quantity) SELECT id, '" +
                 part.lines[0].id.ToString() + "', 1 FROM parcel WHERE seller_order_id = '" +
                 part.id.ToString() + "'");
    EXPECT_EQ(co_await ReasonOf(store.Send(part, One(part), part.seller)), "LIMIT_REACHED");
    EXPECT_EQ((co_await store.Send(part, {{part.lines[0].id, 2}}, part.seller)).part.state, State::kShipped);
  });
}

TEST(Parcels, SendingAndArriving_AreRepeatable) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await Accepted(store);
    const auto& part = order.parts[0];
    const auto sending = Uuid::NewV7();
    const auto arriving = Uuid::NewV7();
    const auto sent = co_await store.Send(part, One(part), part.seller, sending);
    const auto again = co_await store.Send(part, One(part), part.seller, sending);
    EXPECT_TRUE(again.steps.empty());
    EXPECT_EQ(again.part.version, sent.part.version);
    EXPECT_EQ(again.part.parcels.size(), 1u);
    EXPECT_EQ(again.part.parcels.at(0).id, domain::ParcelId(sending));
    const auto& parcel = sent.part.parcels.at(0);
    EXPECT_EQ(co_await ReasonOf(Arrive(store, parcel, SellerId::New(), arriving)), "NOT_FOUND");
    const auto there = co_await Arrive(store, parcel, part.seller, arriving);
    EXPECT_EQ((co_await Arrive(store, parcel, part.seller, arriving)).part.version, there.part.version);
    EXPECT_EQ(co_await ReasonOf(Arrive(store, parcel, part.seller)), "ILLEGAL_TRANSITION");
    EXPECT_EQ((co_await store.StockCommands(order.id)).size(), 2u);
  });
}

Task<> ExpectCorrection(MovingStore& store) {
  const auto order = co_await Accepted(store);
  const auto& part = order.parts[0];
  const auto sent = co_await store.Send(part, One(part), part.seller);
  const auto& parcel = sent.part.parcels.at(0);
  const auto correct = [&](ParcelEdit edit, SellerId as) {
    auto act = audit::SomeAct();
    act.before.clear();
    act.after.clear();
    return store.transitions.CorrectParcel(Soon(), parcel.id, Scope::Sellers({as}), std::move(edit), act,
                                           Now());
  };
  EXPECT_EQ(co_await ReasonOf(correct({.carrier = "DHL"}, SellerId::New())), "NOT_FOUND");
  EXPECT_EQ(co_await ReasonOf(correct({.carrier = "DHL", .if_version = 7}, part.seller)), "ETAG_MISMATCH");
  EXPECT_EQ((co_await correct({.carrier = "Royal Mail"}, part.seller)).version, sent.part.version)
      << "nothing changed";
  const auto corrected = co_await correct(
      {.carrier = "DHL", .tracking_number = "D2", .if_version = parcel.version}, part.seller);
  EXPECT_EQ(corrected.parcels.at(0).carrier, "DHL");
  EXPECT_EQ(corrected.parcels.at(0).tracking_number, "D2");
  EXPECT_EQ(corrected.parcels.at(0).version, parcel.version + 1);
  EXPECT_EQ(corrected.version, sent.part.version + 1);
  EXPECT_EQ(
      testing::Sql("SELECT concat_ws(' ', target_type, before, after) FROM audit_event WHERE target_id = '" +
                   parcel.id.ToString() + "'"),
      R"(parcel {"carrier": "Royal Mail"} {"carrier": "DHL", "trackingNumber": "another one"})");
}
TEST(Parcels, ACorrection_IsOnRecordWithoutTheNumber) { WithStore<MovingStore>(ExpectCorrection); }

// The rest does not come any more: the part is what its parcels are.
Task<> ExpectRestCancelled(MovingStore& store, bool arrived) {
  const auto order = co_await Accepted(store);
  const auto& part = order.parts[0];
  const auto sent = co_await store.Send(part, One(part), part.seller);
  if (arrived) co_await Arrive(store, sent.part.parcels.at(0), part.seller);
  EXPECT_EQ(co_await ReasonOf(store.CancelUnits(order, {{part.lines[0].id, 2}})), "ILLEGAL_TRANSITION");
  const auto operation = Uuid::NewV7();
  for (int run = 0; run < 2; ++run) {
    const auto cancelled = (co_await store.CancelUnits(order, One(part), operation)).value();
    EXPECT_EQ(cancelled.parts, 0u) << "it is not cancelled whole";
    const auto& rest = cancelled.order.parts.at(0);
    EXPECT_EQ(rest.state, arrived ? State::kDelivered : State::kShipped);
    EXPECT_EQ(rest.lines.at(0).shipped, 1);
    EXPECT_EQ(rest.lines.at(0).cancelled, 1);
  }
  const auto stock = co_await store.StockCommands(order.id);
  EXPECT_EQ(stock.size(), 3u);
  EXPECT_EQ(stock.at(2).release().lines(0).quantity(), 1);
  const auto payment = co_await store.PaymentCommands(order.id);
  EXPECT_EQ(payment.size(), 2u);
  EXPECT_EQ(payment.at(1).refund().amount().amount(), 1999) << "delivery is earned";
  EXPECT_TRUE(ToldOf(part).ends_with(arrived
                                         ? "order.SellerOrderUnitsCancelled 6, order.SellerOrderShipped 6, "
                                           "order.SellerOrderDelivered 7"
                                         : "order.SellerOrderUnitsCancelled 5, order.SellerOrderShipped 5"))
      << ToldOf(part);
  const auto history = (co_await store.orders.History(Soon(), order.id, Scope::Everything(), 0, 100)).value();
  const auto& step = history.at(history.size() - (arrived ? 2 : 1));
  EXPECT_EQ(step.from, State::kPartiallyShipped);
  EXPECT_EQ(step.to, State::kShipped);
  EXPECT_EQ(step.cancelled, One(part));
}
TEST(Parcels, WithTheRestCancelled_ThePartIsShipped) {
  WithStore<MovingStore>([](MovingStore& store) { return ExpectRestCancelled(store, false); });
}
TEST(Parcels, WithTheRestCancelledAndAllArrived_ThePartIsDelivered) {
  WithStore<MovingStore>([](MovingStore& store) { return ExpectRestCancelled(store, true); });
}

TEST(Parcels, TheShop_CancelsTheRestAndRejectsNothingMore) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await Accepted(store);
    const auto& part = order.parts[0];
    const auto sent = co_await store.Send(part, One(part), part.seller);
    co_await Arrive(store, sent.part.parcels.at(0), part.seller);
    const auto end = [&](State to) {
      return store.transitions.End(Soon(), part.id, Scope::Sellers({part.seller}),
                                   {to, {domain::ActorRole::kSeller, AccountId::New()}, "broken"},
                                   Uuid::NewV7(), "", Now());
    };
    EXPECT_EQ(co_await ReasonOf(end(State::kRejected)), "ILLEGAL_TRANSITION");
    const auto ended = co_await end(State::kCancelled);
    EXPECT_EQ(ended.steps, (std::vector{State::kShipped, State::kDelivered}));
    EXPECT_EQ(ended.part.state, State::kDelivered);
    EXPECT_EQ(ended.part.lines.at(0).cancelled, 1);
    EXPECT_EQ(ended.part.version, (co_await store.Read(order)).parts.at(0).version) << "the last step's";
  });
}

// Of an order of which one part was sent in part, all that is left is cancelled: of both.
TEST(Parcels, CancellingAllThatIsLeft_EndsWhatWasNotSent) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await Accepted(store);
    const auto& part = order.parts[0];
    co_await store.Send(part, One(part), part.seller);
    EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "");
    const auto read = co_await store.Read(order);
    EXPECT_EQ(read.parts.at(0).state, State::kShipped);
    EXPECT_EQ(read.parts.at(1).state, State::kCancelled);
    EXPECT_EQ(read.CurrentState(), State::kShipped);
    EXPECT_EQ(co_await store.Cancel(order, order.buyer, Uuid::NewV7()), "ILLEGAL_TRANSITION");
  });
}

TEST(Parcels, ThePartsDeliveryOrReceipt_IsThatOfAllItsParcels) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    for (const bool received : {false, true}) {
      const auto order = co_await Accepted(store);
      const auto& part = order.parts[0];
      co_await store.Send(part, One(part), part.seller);
      const auto receive = [&] {
        return store.transitions.Move(Soon(), part.id, Scope::Buyer(order.buyer), State::kCompleted,
                                      {domain::ActorRole::kBuyer, order.buyer}, Uuid::NewV7(), "", Now());
      };
      EXPECT_EQ(co_await ReasonOf(receive()), "ILLEGAL_TRANSITION") << "some of it is left";
      co_await store.Send(part, {}, part.seller);
      const auto moved =
          received ? (co_await receive()).part : co_await store.Move(part, State::kDelivered, part.seller);
      for (const auto& parcel : moved.parcels) EXPECT_TRUE(parcel.delivered_at);
      EXPECT_EQ(moved.parcels.size(), 2u);
    }
  });
}

Task<> ExpectOneLastParcel(MovingStore& store, boost::asio::any_io_executor executor) {
  const auto order = co_await Accepted(store);
  const auto& part = order.parts[0];
  co_await store.Send(part, One(part), part.seller);
  int sent = 0;
  int cancelled = 0;
  const auto count = [](Task<std::string> reason, int& won) -> Task<> {
    const auto told = co_await std::move(reason);
    EXPECT_TRUE(told.empty() || told == "ILLEGAL_TRANSITION") << told;
    won += told.empty();
  };
  runtime::TaskGroup group(executor, [](std::string_view, std::exception_ptr) { ADD_FAILURE(); });
  for (int i = 0; i < 3; ++i) {
    group.Spawn("shop", count(ReasonOf(store.Send(part, One(part), part.seller)), sent));
    group.Spawn("another of the shop", count(ReasonOf(store.Send(part, {}, part.seller)), sent));
    group.Spawn("buyer", count(ReasonOf(store.CancelUnits(order, One(part))), cancelled));
  }
  co_await group.Join(Soon());
  EXPECT_EQ(sent + cancelled, 1);
  const auto read = (co_await store.Read(order)).parts.at(0);
  EXPECT_EQ(read.state, State::kShipped);
  EXPECT_EQ(read.parcels.size(), sent == 1 ? 2u : 1u);
  EXPECT_EQ(read.lines.at(0).shipped, 1 + sent);
  EXPECT_EQ(read.lines.at(0).cancelled, cancelled);
  EXPECT_EQ((co_await store.StockCommands(order.id)).size(), 3u);
}
TEST(Parcels, TheLastUnitAtOnce_IsSentOrCancelledOnce) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    co_await ExpectOneLastParcel(store, co_await boost::asio::this_coro::executor);
  });
}

// The database refuses what the domain does, whoever writes it.
TEST(MayMove, EveryPair_IsAsInTheDomain) {
  for (int i = 0; i < domain::kStates * domain::kStates; ++i) {
    const auto from = static_cast<State>(i / domain::kStates);
    const auto to = static_cast<State>(i % domain::kStates);
    const bool may = from == to ? !domain::IsDead(from) : domain::MayMove(from, to);
    EXPECT_EQ(
        testing::Sql("SELECT may_move('" + std::string(Name(from)) + "', '" + std::string(Name(to)) + "')"),
        may ? "t" : "f")
        << Name(from) << " → " << Name(to);
  }
  for (int i = 0; i < domain::kStates; ++i) {
    const auto to = static_cast<State>(i);
    EXPECT_EQ(testing::Sql("SELECT may_move(NULL, '" + std::string(Name(to)) + "')"),
              to == State::kPendingPayment ? "t" : "f");
  }
}

TEST(MayMove, WhatMayNot_IsNotWritten) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await Accepted(store);
    const auto part = order.parts[0].id.ToString();
    for (const auto* state : {"PLACED", "DELIVERED", "COMPLETED", "FAILED"}) {
      EXPECT_THROW(testing::Sql("UPDATE seller_order SET state = '" + std::string(state) + "' WHERE id = '" +
                                part + "'"),
                   std::exception)
          << state;
      EXPECT_THROW(
          testing::Sql("INSERT INTO order_event (order_id, seller_order_id, from_state, to_state, actor)"
                       " VALUES ('" +
                       order.id.ToString() + "', '" + part + "', 'ACCEPTED', '" + state + "', 'seller')"),
          std::exception)
          << state;
    }
  });
}

TEST(Parcels, WhatIsInOne_NeverChanges) {
  WithStore<MovingStore>([](MovingStore& store) -> Task<> {
    const auto order = co_await Accepted(store);
    const auto& part = order.parts[0];
    const auto sent = co_await store.Send(part, One(part), part.seller);
    co_await Arrive(store, sent.part.parcels.at(0), part.seller);
    const auto parcel = "'" + sent.part.parcels.at(0).id.ToString() + "'";
    for (const auto& change :
         {"UPDATE parcel_line SET quantity = 2 WHERE parcel_id = " + parcel,
          "DELETE FROM parcel_line WHERE parcel_id = " + parcel, "DELETE FROM parcel WHERE id = " + parcel,
          "UPDATE parcel SET sent_at = market_now() WHERE id = " + parcel,
          "UPDATE parcel SET delivered_at = NULL WHERE id = " + parcel}) {
      EXPECT_THROW(testing::Sql(change), std::exception) << change;
    }
  });
}

}  // namespace
}  // namespace market::order::storage
