#include "services/order/workers/outbox_handlers.hpp"

#include <gtest/gtest.h>

#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/messages.hpp"
#include "services/order/migrations.hpp"
#include "services/order/process/checkout.hpp"
#include "services/order/storage/checkouts.hpp"
#include "services/order/storage/returns.hpp"
#include "services/order/testing/fake_peers.hpp"
#include "services/order/testing/fake_users.hpp"
#include "services/order/testing/insert.hpp"

namespace market::order {
namespace {

using namespace std::chrono_literals;
using domain::State;
using market::testing::Eventually;
using market::testing::RunLoop;
using market::testing::Soon;
using Held = testing::FakeStock::Held;
using Payment = api::payment::Payment;

domain::Offer AnOffer() {
  domain::Offer offer;
  offer.id = domain::OfferId::New();
  offer.seller = SellerId::New();
  offer.title = "Engine";
  offer.sku = "E-1";
  offer.price = Money{1999, Currency::Parse("EUR")};
  offer.for_sale = true;
  return offer;
}

struct World {
  explicit World(boost::asio::io_context& io)
      : database(io, disk.Options()),
        orders(database),
        checkouts(database, {}),
        transitions(database),
        stock(faults, 10),
        payments(faults),
        relay(database, tracer, {.poll = 20ms, .patience = {.backoff = {.initial = 2ms, .max = 10ms}}}) {
    faults.Heal();
    HandleOutbox(relay, {orders, checkouts, transitions, stock, payments, invoicing});
  }

  // An order of two sellers whose payment is authorised and whose stock is held.
  Task<domain::Order> Placed() {
    const std::array offers = {AnOffer(), AnOffer()};
    const std::array items = {domain::Item{offers[0].id, 3}, domain::Item{offers[1].id, 1}};
    auto order =
        domain::MakeOrder(Uuid::NewV7(), AccountId::New(), domain::Price(items, offers, {}),
                          {.recipient = "Ada", .lines = {"1 Street"}, .city = "London", .country_code = "GB"},
                          "visa", SystemClock().Now());
    const auto lease = co_await testing::Insert(checkouts, order);
    co_await checkouts.Place(
        Soon(), *lease, order,
        {.state = domain::PaymentState::kAuthorized, .authorized_minor = order.total.minor},
        SystemClock().Now());
    auto& payment = payments.orders[order.id.ToString()];
    payment.set_order_id(order.id.ToString());
    payment.set_number(1);
    payment.set_state(Payment::AUTHORIZED);
    payment.mutable_authorized()->set_amount(order.total.minor);
    for (const auto& part : order.parts) {
      auto& split = *payment.add_splits();
      split.set_seller_order_id(part.id.ToString());
      split.mutable_amount()->set_amount(part.total.minor);
    }
    stock.orders[order.id.ToString()] = Held::kHeld;
    co_return order;
  }
  Task<> Cancel(const domain::Order& order, std::vector<domain::SellerOrderId> parts) {
    co_await transitions.Cancel(Soon(), order.id, storage::Scope::Buyer(order.buyer), std::move(parts),
                                {domain::ActorRole::kBuyer, order.buyer}, "", Uuid::NewV7(), "",
                                SystemClock().Now());
  }
  // Its buyer pays it again, and the time for it is over.
  Task<Outcome> Pay(const domain::Order& order, std::string method) {
    auto key = testing::KeyOf(order);
    const auto lease = co_await checkouts.Pay(Soon(), order.id, order.buyer, std::move(method), Uuid::NewV7(),
                                              key, clock.Now());
    co_return co_await Drive(*lease);
  }
  Task<Outcome> Drive(storage::Lease lease) {
    auto read = (co_await Read(lease.order));
    CallContext call(Soon());
    co_return co_await checkout.Advance(call, lease, read);
  }
  Task<Outcome> LetTimePass(const domain::Order& order) {
    disk.Execute("UPDATE checkout SET next_run_at = '-infinity' WHERE step = 'WAIT'");
    const auto lease = co_await checkouts.Take(Soon(), order.id);
    co_return co_await Drive(lease.value());
  }
  Task<domain::Order> Read(domain::OrderId id) {
    co_return (co_await orders.Find(Soon(), id, storage::Scope::Everything())).value();
  }
  Task<> CancelUnits(const domain::Order& order, std::vector<domain::Units> units) {
    co_await transitions.CancelUnits(Soon(), order.id, storage::Scope::Buyer(order.buyer), std::move(units),
                                     {domain::ActorRole::kBuyer, order.buyer}, "", Uuid::NewV7(), "",
                                     SystemClock().Now());
  }
  // By its shop.
  Task<storage::Moved> Move(const domain::SellerOrder& part, State to) {
    const storage::Actor shop{domain::ActorRole::kSeller, AccountId::New()};
    const auto scope = storage::Scope::Sellers({part.seller});
    if (to == State::kShipped) {
      return transitions.Send(Soon(), part.id, scope, {"Royal Mail", "RM1"}, {}, shop, Uuid::NewV7(), "",
                              SystemClock().Now());
    }
    return transitions.Move(Soon(), part.id, scope, to, shop, Uuid::NewV7(), "", SystemClock().Now());
  }
  std::string Left() const { return disk.Execute("SELECT count(*) FROM outbox"); }

  market::testing::TemporaryDatabase disk{kMigrations};
  postgres::Database database;
  telemetry::Tracer tracer;
  storage::Orders orders;
  storage::Checkouts checkouts;
  storage::Transitions transitions;
  testing::Faults faults{1};
  testing::FakeStock stock;
  testing::FakePayments payments;
  testing::FakeUsers users;
  storage::Invoices invoices{database};
  Invoicing invoicing{invoices, orders, users};
  SystemClock clock;
  telemetry::Metrics registry;
  Metrics metrics{registry};
  Checkout checkout{checkouts, stock, payments, clock, metrics};
  outbox::Relay relay;
};

// Runs body(world) on an open database; `relay` is for the body to start.
template <class Body>
void WithWorld(Body body) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    World world(io);
    co_await world.database.Open(Soon());
    runtime::TaskGroup group(io.get_executor(), [](std::string_view, std::exception_ptr) {});
    co_await body(world, group);
    group.Cancel();
    co_await group.Join(Soon());
    co_await world.database.Close(Soon());
  });
}

TEST(OutboxHandlers, APlacedOrder_IsCapturedAndItsCancelledPartRefunded) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    const auto order = co_await world.Placed();
    co_await world.Cancel(order, {order.parts[0].id});
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_EQ(world.payments.orders[order.id.ToString()].state(), Payment::CAPTURED);
    EXPECT_EQ(world.payments.refunded, std::vector{order.parts[0].id.ToString()});
    EXPECT_EQ(world.stock.orders[order.id.ToString()], Held::kReleased);
    const auto read = co_await world.orders.Find(Soon(), order.id, storage::Scope::Everything());
    EXPECT_EQ(read->payment.state, domain::PaymentState::kCaptured);
    EXPECT_EQ(read->payment.refunded_minor, order.parts[0].total.minor);
    EXPECT_EQ(read->parts[0].refunded_minor, order.parts[0].total.minor);
    EXPECT_EQ(read->parts[1].refunded_minor, 0);
  });
}

// Whatever was cancelled before the capture goes back after it, and in the end nothing is left.
TEST(OutboxHandlers, UnitsOfACapturedOrder_AreRefundedOneByOne) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    const auto order = co_await world.Placed();
    const auto line = order.parts[0].lines[0].id;
    co_await world.CancelUnits(order, {{line, 1}});
    group.Keep("relay", world.relay.Deliveries().Run());
    const auto refunded = [&](std::int64_t minor) -> Task<> {
      co_await Eventually([&] { return world.Left() == "0"; });
      const auto read = co_await world.orders.Find(Soon(), order.id, storage::Scope::Everything());
      EXPECT_EQ(read->payment.state, domain::PaymentState::kCaptured);
      EXPECT_EQ(read->payment.refunded_minor, minor);
      EXPECT_EQ(read->parts[0].refunded_minor, std::min<std::int64_t>(minor, 3 * 1999));
    };
    co_await refunded(1999);
    co_await world.CancelUnits(order, {{line, 2}});
    co_await refunded(3 * 1999);
    co_await world.CancelUnits(order, {{order.parts[1].lines[0].id, 1}});
    co_await refunded(order.total.minor);
  });
}

// Payment is told why, product under which cause.
TEST(OutboxHandlers, WhatCameBack_IsRefundedAndRestocked) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    const auto order = co_await world.Placed();
    const auto& part = order.parts[0];
    for (const auto to : {State::kAccepted, State::kShipped}) {
      co_await world.Move(part, to);
    }
    storage::Returns returns(world.database, std::chrono::hours(24));
    const auto coming = co_await returns.Request(
        Soon(),
        {.id = domain::ReturnId::New(), .order = order.id, .part = part.id, .units = {{part.lines[0].id, 2}}},
        order.buyer, world.clock.Now());
    for (const auto to : {domain::ReturnState::kApproved, domain::ReturnState::kClosed}) {
      co_await returns.Move(Soon(), coming.id, storage::Scope::Everything(),
                            {.to = to, .restock = {.what = storage::Restock::What::kAll}}, Uuid::NewV7(), "",
                            world.clock.Now());
    }
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_EQ(world.payments.reasons, std::vector<std::string>{"returned"});
    const auto& asked = world.payments.asked.at(0);
    EXPECT_EQ(asked.lines_size(), 1);
    EXPECT_EQ(asked.lines(0).line_id(), part.lines[0].id.ToString());
    EXPECT_EQ(asked.lines(0).quantity(), 2);
    EXPECT_EQ(asked.lines(0).amount().amount(), 2 * 1999);
    EXPECT_EQ((co_await world.Read(order.id)).payment.refunded_minor, 2 * 1999);
    EXPECT_EQ(world.stock.restocked.size(), 1u);
    const auto& restocked = world.stock.restocked.at(0);
    EXPECT_EQ(restocked.order_id(), order.id.ToString());
    EXPECT_EQ(restocked.lines(0).quantity(), 2);
    EXPECT_TRUE(Uuid::Parse(restocked.cause_id()).has_value());
  });
}

TEST(OutboxHandlers, AnOrderCancelledUnitByUnitBeforeItsCapture_IsVoided) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    const auto order = co_await world.Placed();
    const auto line = order.parts[0].lines[0].id;
    co_await world.CancelUnits(order, {{line, 1}, {order.parts[1].lines[0].id, 1}});
    co_await world.CancelUnits(order, {{line, 2}});
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_EQ(world.payments.orders[order.id.ToString()].state(), Payment::VOIDED);
    EXPECT_TRUE(world.payments.refunded.empty());
  });
}

TEST(OutboxHandlers, AnOrderCancelledWhole_IsVoidedAndNothingRefunded) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    const auto order = co_await world.Placed();
    co_await world.Cancel(order, {});
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_EQ(world.payments.orders[order.id.ToString()].state(), Payment::VOIDED);
    EXPECT_TRUE(world.payments.refunded.empty());
  });
}

TEST(OutboxHandlers, APlacedOrder_HasItsStockSold) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    const auto order = co_await world.Placed();
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_EQ(world.stock.orders[order.id.ToString()], Held::kCommitted);
  });
}

// A capture that fails for hours holds back neither the units that were shipped nor those given back.
TEST(OutboxHandlers, Stock_NeverWaitsForMoney) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    world.payments.captures_fail = true;
    const auto order = co_await world.Placed();
    const auto& part = order.parts[0];
    for (const auto to : {State::kAccepted, State::kShipped}) {
      co_await world.Move(part, to);
    }
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.stock.orders[order.id.ToString()] == Held::kConsumed; });
    co_await Eventually([&] { return world.relay.Snapshot().failed > 2 && world.Left() == "1"; });
    EXPECT_EQ(world.disk.Execute("SELECT topic FROM outbox"), kPaymentTopic);
    world.payments.captures_fail = false;
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_EQ(world.payments.orders[order.id.ToString()].state(), Payment::CAPTURED);
  });
}

// Asked once, not for ever; what was bought is not sent, and nothing is given back.
TEST(OutboxHandlers, ACaptureRefusedForGood_IsTheEndOfIt) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    world.payments.captures_are_refused = true;
    const auto order = co_await world.Placed();
    const auto& part = order.parts[0];
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    const auto read = co_await world.orders.Find(Soon(), order.id, storage::Scope::Everything());
    EXPECT_EQ(read->payment.state, domain::PaymentState::kCaptureFailed);
    EXPECT_EQ(read->CurrentState(), State::kPlaced);

    const auto move = [&](State to) { return world.Move(part, to); };
    EXPECT_FALSE(domain::IsSecured((co_await move(State::kAccepted)).part.payment));
    std::string reason;
    try {
      co_await move(State::kShipped);
    } catch (const Error& error) {
      reason = error.reason;
    }
    EXPECT_EQ(reason, "PAYMENT_NOT_SECURED");

    co_await world.Cancel(order, {});
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_TRUE(world.payments.refunded.empty());
    EXPECT_EQ(world.payments.orders[order.id.ToString()].state(), Payment::VOIDED);
    EXPECT_EQ(world.stock.orders[order.id.ToString()], Held::kReleased);
  });
}

// What is lost is paid again, and then captured; what was cancelled meanwhile is given back.
TEST(OutboxHandlers, ALostPayment_IsMadeAgain) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    world.payments.captures_are_refused = true;
    const auto order = co_await world.Placed();
    const auto id = order.id.ToString();
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    auto read = co_await world.Read(order.id);
    EXPECT_TRUE(read.WaitsForBuyer());
    EXPECT_EQ(world.stock.orders[id], Held::kCommitted);

    world.payments.captures_are_refused = false;
    EXPECT_EQ(co_await world.Pay(order, "declined"), Outcome::kDeclined);
    EXPECT_EQ((co_await world.Read(order.id)).pay_until, read.pay_until);
    EXPECT_EQ((co_await world.Read(order.id)).CurrentState(), State::kPlaced);
    co_await world.Cancel(order, {order.parts[0].id});
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_TRUE(world.payments.refunded.empty()) << "nothing was paid";
    EXPECT_EQ(co_await world.Pay(order, "visa"), Outcome::kPlaced);
    co_await Eventually([&] { return world.Left() == "0"; });
    read = co_await world.Read(order.id);
    EXPECT_EQ(world.payments.orders[id].state(), Payment::CAPTURED);
    EXPECT_EQ(world.payments.orders[id].number(), 3);
    EXPECT_EQ(world.payments.refunded, std::vector{order.parts[0].id.ToString()});
    EXPECT_EQ(read.payment.state, domain::PaymentState::kCaptured);
    EXPECT_EQ(read.parts[0].refunded_minor, order.parts[0].total.minor);
    EXPECT_FALSE(read.WaitsForBuyer());
    EXPECT_EQ(world.payments.second_holds, 0);
  });
}

TEST(OutboxHandlers, UnitsCancelledWhileThePaymentWasLost_GoBackAfterItIsMadeAgain) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    world.payments.captures_are_refused = true;
    const auto order = co_await world.Placed();
    const auto line = order.parts[0].lines[0].id;
    co_await world.CancelUnits(order, {{line, 1}});  // its message comes after the capture that is refused
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    co_await world.CancelUnits(order, {{line, 1}});
    co_await Eventually([&] { return world.Left() == "0"; });
    EXPECT_TRUE(world.payments.refunded.empty()) << "nothing was paid";

    world.payments.captures_are_refused = false;
    EXPECT_EQ(co_await world.Pay(order, "visa"), Outcome::kPlaced);
    co_await Eventually([&] { return world.Left() == "0"; });
    const auto read = co_await world.Read(order.id);
    EXPECT_EQ(read.payment.state, domain::PaymentState::kCaptured);
    EXPECT_EQ(read.payment.captured_minor, order.total.minor);
    EXPECT_EQ(read.payment.refunded_minor, 2 * 1999);
    EXPECT_EQ(read.parts[0].refunded_minor, 2 * 1999);
  });
}

TEST(OutboxHandlers, ALostPaymentThatIsNotMadeAgain_EndsTheOrder) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    world.payments.captures_are_refused = true;
    const auto order = co_await world.Placed();
    const auto id = order.id.ToString();
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually([&] { return world.Left() == "0"; });
    co_await world.Pay(order, "declined");
    EXPECT_EQ(co_await world.LetTimePass(order), Outcome::kFailed);
    co_await Eventually([&] { return world.Left() == "0"; });
    const auto read = co_await world.Read(order.id);
    EXPECT_EQ(read.CurrentState(), State::kCancelled);
    EXPECT_EQ(read.failure.reason, domain::FailureReason::kNone);
    EXPECT_EQ(world.stock.orders[id], Held::kReleased);
    EXPECT_EQ(world.payments.orders[id].state(), Payment::DECLINED);
    EXPECT_TRUE(world.payments.refunded.empty());
    EXPECT_EQ(world.disk.Execute("SELECT step FROM checkout"), "DONE");
  });
}

// What it was with payloads of words: anything but "capture" refunded, anything but "release" consumed.
TEST(OutboxHandlers, UnknownPayload_MovesNothing) {
  WithWorld([](World& world, runtime::TaskGroup& group) -> Task<> {
    const auto order = co_await world.Placed();
    const auto id = order.id.ToString();
    world.disk.Execute("DELETE FROM outbox");  // the capture that it was placed with
    postgres::Batch batch;
    for (const auto& payload : {std::string("capture"), "refund " + order.parts[0].id.ToString(),
                                std::string("hold"), std::string()}) {
      for (const auto topic : {kPaymentTopic, kStockTopic})
        outbox::Append(batch, {.topic = std::string(topic), .key = "", .payload = payload, .trace = ""});
    }
    co_await world.database.Write(Soon(), std::move(batch));
    group.Keep("relay", world.relay.Deliveries().Run());
    co_await Eventually(
        [&] { return world.disk.Execute("SELECT count(*) FROM outbox WHERE failures > 0") == "8"; });
    EXPECT_EQ(world.payments.orders[id].state(), Payment::AUTHORIZED);
    EXPECT_EQ(world.stock.orders[id], Held::kHeld);
    EXPECT_TRUE(world.payments.refunded.empty());
  });
}

}  // namespace
}  // namespace market::order
