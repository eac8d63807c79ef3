#include "services/payment/workers/webhooks.hpp"

#include <gtest/gtest.h>

#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

storage::ProviderEvent AnEvent(const std::string& charge, const std::string& reference) {
  return {.provider = "sandbox",
          .event = "evt_" + Uuid::NewV7().ToString(),
          .type = "payment_intent.succeeded",
          .charge = charge,
          .reference = reference,
          .made_at = SystemClock().Now()};
}
std::string Row(const storage::ProviderEvent& event, const std::string& what) {
  return Sql("SELECT " + what +
             " FROM webhook w JOIN provider_event e ON e.id = w.event_id WHERE e.event_id = '" + event.event +
             "'");
}

TEST(Webhooks, AreKeptOnceAndReadOnce) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Webhooks kept(world.database);
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    Webhooks webhooks(kept, events, s.charges, s.metrics, s.tracer, {});
    Sql("UPDATE webhook SET next_run_at = NULL");
    const auto payment = co_await s.Authorize(Soon(), ADraft());
    const auto event = AnEvent(payment.authorization, payment.order.ToString());
    EXPECT_TRUE(co_await kept.Keep(Soon(), event));
    EXPECT_FALSE(co_await kept.Keep(Soon(), event));
    EXPECT_EQ((co_await kept.Count(Soon())).waiting, 1);
    EXPECT_EQ(co_await webhooks.Reading().RunOnce(), 1u);
    EXPECT_EQ(co_await webhooks.Reading().RunOnce(), 0u);
    EXPECT_EQ(Row(event, "next_run_at IS NULL AND asks = 1"), "t");
    // Known for good, also when it comes again later.
    EXPECT_FALSE(co_await kept.Keep(Soon(), event));
    EXPECT_EQ((co_await kept.Count(Soon())).waiting, 0);
  });
}

TEST(Webhooks, WhatIsUnknownWaitsThreeDays_ThenForAnOperator) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Webhooks kept(world.database);
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    Webhooks webhooks(kept, events, s.charges, s.metrics, s.tracer, {});
    Sql("UPDATE webhook SET next_run_at = NULL");
    auto draft = ADraft();
    const auto early = AnEvent("pi_1", draft.order.ToString());
    const auto never = AnEvent("pi_2", domain::OrderId::New().ToString());
    co_await kept.Keep(Soon(), early);
    co_await kept.Keep(Soon(), never);
    EXPECT_EQ(co_await webhooks.Reading().RunOnce(), 2u);
    EXPECT_EQ(Row(early, "next_run_at > market_now() AND parked_at IS NULL"), "t");
    EXPECT_EQ(Row(early, "last_error"), "no payment here is about it yet");
    // It was faster than we write.
    co_await s.Authorize(Soon(), draft);
    Disk().Execute(
        "SET session_replication_role = replica; UPDATE provider_event SET received_at = market_now() - "
        "interval '73 hours'"
        " WHERE event_id = '" +
        never.event + "'; UPDATE webhook SET next_run_at = market_now() WHERE next_run_at IS NOT NULL");
    EXPECT_EQ(co_await webhooks.Reading().RunOnce(), 2u);
    EXPECT_EQ(Row(early, "next_run_at IS NULL"), "t");
    EXPECT_EQ(Row(never, "parked_at IS NOT NULL"), "t");
    EXPECT_EQ((co_await kept.Count(Soon())).parked, 1);
    EXPECT_EQ(co_await webhooks.Reading().RunOnce(), 0u);
  });
}

}  // namespace
}  // namespace market::payment
