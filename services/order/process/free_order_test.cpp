// An order that costs nothing goes the way of every other.
#include <gtest/gtest.h>

#include "services/order/process/checkout.hpp"
#include "services/order/testing/fake_peers.hpp"
#include "services/order/testing/moving_store.hpp"

namespace market::order {
namespace {

using testing::ForNothing;
using testing::MovingStore;
using testing::Soon;

struct FreeOrders : MovingStore {
  explicit FreeOrders(boost::asio::io_context& io) : MovingStore(io) { faults.Heal(); }

  SystemClock clock;
  telemetry::Metrics registry;
  Metrics metrics{registry};
  testing::Faults faults{1};
  testing::FakeStock stock{faults, 10};
  testing::FakePayments payments{faults};
  Checkout checkout{checkouts, stock, payments, clock, metrics};
};

Task<domain::Order> PlacedForNothing(FreeOrders& world) {
  auto order = ForNothing(testing::AnOrder());
  order.payment_method = "visa";
  const auto lease = co_await testing::Insert(world.checkouts, order);
  CallContext call(Soon());
  EXPECT_EQ(co_await world.checkout.Advance(call, *lease, order), Outcome::kPlaced);
  co_return order;
}

TEST(FreeOrder, IsPlacedAndReadBack) {
  testing::WithStore<FreeOrders>([](FreeOrders& world) -> Task<> {
    const auto order = co_await PlacedForNothing(world);
    const auto read = co_await world.Read(order);
    EXPECT_EQ(read.CurrentState(), domain::State::kPlaced);
    EXPECT_EQ(read.total.minor, 0);
    EXPECT_EQ(read.payment.state, domain::PaymentState::kAuthorized);
    EXPECT_EQ(read.parts.at(0).lines.at(0).discounts.at(0).amount_minor, 2 * 1999);
    EXPECT_TRUE(world.payments.orders[order.id.ToString()].has_amount());
    EXPECT_TRUE((co_await world.PaymentCommands(order.id)).at(0).has_capture());
    for (const auto to : {domain::State::kAccepted, domain::State::kShipped}) {
      co_await world.Move(order.parts[0], to, order.parts[0].seller);
    }
  });
}

// Units without a price give back nothing, and payment is told which they were: what the marketplace bears of them is no
// shop's any more.
TEST(FreeOrder, IsCancelledByUnitsAndWhole) {
  testing::WithStore<FreeOrders>([](FreeOrders& world) -> Task<> {
    const auto order = co_await PlacedForNothing(world);
    const auto line = order.parts[0].lines[0].id;
    co_await world.CancelUnits(order, {{line, 1}});
    const auto told = co_await world.PaymentCommands(order.id);
    EXPECT_EQ(told.size(), 2u) << "the capture, and this";
    EXPECT_EQ(told.at(1).refund().amount().amount(), 0);
    EXPECT_EQ(told.at(1).refund().lines(0).line_id(), line.ToString());
    EXPECT_EQ(told.at(1).refund().lines(0).quantity(), 1);
    EXPECT_EQ((co_await world.StockCommands(order.id)).size(), 2u);
    EXPECT_EQ(co_await world.Cancel(order, order.buyer, Uuid::NewV7()), "");
    EXPECT_EQ((co_await world.PaymentCommands(order.id)).size(), 4u);
    EXPECT_EQ((co_await world.Read(order)).CurrentState(), domain::State::kCancelled);
  });
}

}  // namespace
}  // namespace market::order
