#include "services/payment/workers/subscribers.hpp"

#include <algorithm>

#include "marketplace/payment/v1/events.pb.h"
#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

// Whoever wanted a refund, order is told of it, and of nothing else.
TEST(Subscribers, OrderIsToldOfRefunds) {
  WithService([](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
    std::vector<events::Event> told;
    events::Subscription subscription(
        world.database, s.tracer,
        [&](const events::Event& event, const telemetry::Span&) -> Task<> {
          told.push_back(event);
          co_return;
        },
        OrdersSubscription({.name = "payment", .poll = 20ms}));
    co_await subscription.HandOn(Soon());
    runtime::TaskGroup group(io.get_executor(), Unexpected);
    group.Keep("relay", subscription.Relay().Deliveries().Run());
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    co_await s.charges.Capture(Soon(), draft.order);
    const auto part = draft.splits[0].seller_order;
    const auto payment = co_await s.Refund(Soon(), draft.order, domain::RefundId::New(), part);
    const auto about = "payment/" + payment.id.ToString();
    const auto heard = [&] {
      return std::ranges::count_if(told, [&](const auto& event) { return event.aggregate() == about; });
    };
    const auto give_up = Soon();
    while (heard() == 0 && std::chrono::steady_clock::now() < give_up) co_await subscription.HandOn(Soon());
    co_await Eventually([&] { return heard() == 1; });
    const auto event = std::ranges::find(told, about, &events::Event::aggregate);
    const auto refunded = events::As<marketplace::payment::v1::PaymentRefunded>(*event);
    EXPECT_EQ(refunded->order_id(), draft.order.ToString());
    EXPECT_EQ(refunded->seller_order_refunded().amount(), 1000);
    group.Cancel();
    co_await group.Join(Soon());
  });
}

}  // namespace
}  // namespace market::payment
