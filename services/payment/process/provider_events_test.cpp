#include "services/payment/process/provider_events.hpp"

#include <gtest/gtest.h>

#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using Heard = ProviderEvents::Heard;

storage::DueWebhook About(const std::string& charge, const domain::OrderId& order,
                          const std::string& type = "payment_intent.amount_capturable_updated") {
  return {.id = Uuid::NewV7(), .type = type, .charge = charge, .reference = order.ToString()};
}

std::string ChargeAtProvider(const domain::OrderId& order) {
  return "pi_" + ProviderSql("SELECT replace(id::text, '-', '') FROM card_authorization WHERE reference = '" +
                             order.ToString() + "'");
}

TEST(ProviderEvents, WhatItsBuyerDidIsHeard_InWhateverOrderItIsTold) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    const auto tell = [&](const domain::Payment& payment, std::string type) -> Task<Heard> {
      co_return co_await events.Follow(Soon(),
                                       About(payment.authorization, payment.order, "payment_intent." + type));
    };
    const auto payment = co_await s.Authorize(Soon(), ADraft("pm_card_threeDSecure2Required"));
    EXPECT_EQ(co_await tell(payment, "requires_action"), Heard::kDone);
    EXPECT_EQ(co_await tell(payment, "amount_capturable_updated"), Heard::kOpen) << "too early, or forged";
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kRequiresAction);
    co_await world.provider.Confirm(Soon(), payment.authorization,
                                    sandbox::Provider::Confirmation::kComplete);
    EXPECT_EQ(co_await tell(payment, "amount_capturable_updated"), Heard::kDone);
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kAuthorized);
    for (const auto* late : {"amount_capturable_updated", "requires_action", "payment_failed"}) {
      EXPECT_EQ(co_await tell(payment, late), Heard::kDone);
    }
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kAuthorized);
  });
}

TEST(ProviderEvents, AHoldThatExpiredIsVoided) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    const auto payment = co_await s.Authorize(Soon(), ADraft());
    EXPECT_EQ(co_await events.Follow(Soon(), About(payment.authorization, payment.order)), Heard::kDone);
    EXPECT_EQ((co_await s.Stored(payment.order)).version, payment.version);
    ProviderSql("UPDATE card_authorization SET status = 'voided' WHERE reference = '" +
                payment.order.ToString() + "'");
    // Whatever the message says: an older one is as good as the newest.
    EXPECT_EQ(co_await events.Follow(Soon(), About(payment.authorization, payment.order)), Heard::kDone);
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kVoided);
    EXPECT_EQ(LedgerOf(payment.order), "0 0");
  });
}

TEST(ProviderEvents, WhatWasTakenThereIsBookedOnce_AndNothingUndoesIt) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    const auto payment = co_await s.Authorize(Soon(), ADraft());
    const provider::Change by_hand{.key = Uuid::NewV7().ToString(),
                                   .authorization = payment.authorization,
                                   .amount = {3000, payment.currency},
                                   .reference = {}};
    EXPECT_EQ(provider::Name(co_await s.stripe.Capture(by_hand, Soon())), "done");
    for (const auto* type :
         {"payment_intent.succeeded", "payment_intent.succeeded", "payment_intent.canceled",
          "payment_intent.amount_capturable_updated", "charge.refunded"}) {
      EXPECT_EQ(co_await events.Follow(Soon(), About(payment.authorization, payment.order, type)),
                Heard::kDone);
    }
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kCaptured);
    EXPECT_EQ(LedgerOf(payment.order), "3000 0");
    EXPECT_EQ(ProviderLedgerOf(payment.order), "3000 0");
  });
}

TEST(ProviderEvents, WhatIsUnknownIsAskedForAtOnce) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    const auto draft = ADraft();
    s.provider.next_call = FaultyProvider::Fault::kAnswerLost;
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kUnknown);
    const auto charge = ChargeAtProvider(draft.order);
    s.provider.next_find = FaultyProvider::Fault::kAnswerLost;
    EXPECT_EQ(co_await events.Follow(Soon(), About(charge, draft.order)), Heard::kOpen);
    EXPECT_EQ(co_await events.Follow(Soon(), About(charge, draft.order)), Heard::kDone);
    const auto stored = co_await s.Stored(draft.order);
    EXPECT_EQ(stored.state, State::kAuthorized);
    EXPECT_EQ(stored.authorization, charge);
  });
}

TEST(ProviderEvents, WithoutAnAnswerNothingChanges) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    const auto payment = co_await s.Authorize(Soon(), ADraft());
    ProviderSql("UPDATE card_authorization SET status = 'voided' WHERE reference = '" +
                payment.order.ToString() + "'");
    s.provider.next_find = FaultyProvider::Fault::kAnswerLost;
    EXPECT_EQ(co_await events.Follow(Soon(),
                                     About(payment.authorization, payment.order, "payment_intent.canceled")),
              Heard::kOpen);
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kAuthorized);
  });
}

TEST(ProviderEvents, WhatIsNotOursOrNotYetHere) {
  WithService([](Service& s, World& world, boost::asio::io_context&) -> Task<> {
    storage::Disputes disputes(world.database);
    DisputeRun run(disputes, s.payments, s.stripe, s.clock, {});
    ProviderEvents events(s.payments, s.provider, s.charges, run);
    EXPECT_EQ(co_await events.Follow(Soon(), About("pi_1", domain::OrderId::New())), Heard::kUnknown);
    auto other = About("pi_1", domain::OrderId::New());
    other.reference = "invoice 7";
    EXPECT_EQ(co_await events.Follow(Soon(), other), Heard::kDone);
    other = About("", domain::OrderId::New());
    EXPECT_EQ(co_await events.Follow(Soon(), other), Heard::kDone);
    // A charge of an order of ours that its payment does not name.
    const auto payment = co_await s.Authorize(Soon(), ADraft());
    EXPECT_EQ(co_await events.Follow(Soon(), About("pi_1", payment.order, "payment_intent.canceled")),
              Heard::kDone);
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kAuthorized);
  });
}

}  // namespace
}  // namespace market::payment
