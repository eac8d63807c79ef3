#include "services/payment/process/charges.hpp"

#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using Fault = FaultyProvider::Fault;

TEST(Charges_Authorize, IsOneCallAndOneAnswer) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    const auto payment = co_await s.Authorize(Soon(), draft);
    EXPECT_EQ(payment.state, State::kAuthorized);
    EXPECT_EQ(payment.authorized_minor, 3000);
    const auto stored = co_await s.payments.Find(Soon(), draft.order, storage::Scope::Everything());
    EXPECT_EQ(stored->state, State::kAuthorized);
    EXPECT_EQ(stored->authorization, payment.authorization);
    EXPECT_EQ(stored->splits.size(), 2u);
    EXPECT_EQ(stored->attempts.at(0).state, Progress::kSucceeded);
    EXPECT_EQ(stored->version, payment.version);

    const auto again = co_await s.Authorize(Soon(), draft);
    EXPECT_EQ(again.id, payment.id);
    EXPECT_EQ(s.provider.calls, 1);
    auto other = draft;
    other.method = "pm_other";
    EXPECT_EQ(co_await ReasonOf(s.Authorize(Soon(), other)), "ALREADY_EXISTS");
  });
}

TEST(Charges_Authorize, DeclinesAndStaysDeclined) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const std::pair<std::string, std::string> cases[] = {
        {"pm_card_visa_chargeDeclined", "generic_decline"},
        {"pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"}};
    for (const auto& [method, code] : cases) {
      const auto draft = ADraft(method);
      for (int repeat = 0; repeat < 2; ++repeat) {
        const auto payment = co_await s.Authorize(Soon(), draft);
        EXPECT_EQ(payment.state, State::kDeclined);
        EXPECT_EQ(payment.decline_code, code);
      }
      EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order)).state, State::kDeclined);
    }
    EXPECT_EQ(s.provider.calls, 2);
  });
}

TEST(Charges_Authorize, RefusesAMethodNobodyHasTheSameWayAgain) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft("pm_nobody_has");
    for (int repeat = 0; repeat < 2; ++repeat) {
      EXPECT_EQ(co_await ReasonOf(s.Authorize(Soon(), draft)), "UNKNOWN_PAYMENT_METHOD");
    }
    EXPECT_EQ(s.provider.calls, 1);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order)).state, State::kDeclined);
  });
}

TEST(Charges_Authorize, ThatGotNoAnswerIsUnknownUntilAsked) {
  WithService(
      [](Service& s, World&, auto&) -> Task<> {
        const std::pair<std::string, State> cases[] = {{"pm_sandbox_timeout_authorized", State::kAuthorized},
                                                       {"pm_sandbox_timeout_declined", State::kDeclined}};
        for (const auto& [method, end] : cases) {
          const auto draft = ADraft(method);
          auto payment = co_await s.Authorize(Soon(), draft);
          EXPECT_EQ(payment.state, State::kUnknown);
          payment = co_await s.Authorize(Soon(), draft);
          EXPECT_EQ(payment.state, end);
          EXPECT_EQ(payment.attempts.size(), 1u);
          EXPECT_EQ(ProviderSql("SELECT count(*) FROM card_authorization WHERE reference = '" +
                                draft.order.ToString() + "'"),
                    "1");
        }
        EXPECT_EQ(s.provider.calls, 2);
      },
      kHurried);
}

TEST(Charges_Authorize, ThatGotNoAnswerIsResolvedThoughNobodyAsks) {
  WithService(
      [](Service& s, World&, auto& io) -> Task<> {
        const auto draft = ADraft("pm_sandbox_timeout_authorized");
        EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kUnknown);
        runtime::TaskGroup workers(io.get_executor(), [](auto, auto) {});
        workers.Keep("recovery", s.recovery.Driving().Run());
        const auto state = "SELECT state FROM payment WHERE order_id = '" + draft.order.ToString() + "'";
        co_await Eventually([&] { return Sql(state) == "AUTHORIZED"; });
        workers.Cancel();
        co_await workers.Join(Soon());
        EXPECT_EQ(BrokenInvariants(), "0");
      },
      kHurried);
}

TEST(Charges_Authorize, AnErrorOfTheProviderIsLookedAtAndTriedUnderANewKey) {
  WithService(
      [](Service& s, World&, auto&) -> Task<> {
        const auto draft = ADraft("pm_sandbox_error_then_authorized");
        const auto payment = co_await s.Authorize(After(8s), draft);
        EXPECT_EQ(payment.state, State::kAuthorized);
        EXPECT_EQ(payment.attempts.size(), 3u);
        for (int i = 0; i < 2; ++i) {
          EXPECT_EQ(payment.attempts.at(static_cast<std::size_t>(i)).state, Progress::kFailed);
          EXPECT_EQ(payment.attempts.at(static_cast<std::size_t>(i)).code, "provider_error");
        }
        EXPECT_EQ(s.provider.finds, 2);
        EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
        const auto stored = co_await s.payments.Find(Soon(), draft.order, storage::Scope::Everything());
        EXPECT_EQ(stored->attempts.size(), 3u);
      },
      5s);
}

TEST(Charges_Authorize, OfAProviderThatCantBeReachedLeavesNothingOpen) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    s.provider.next_call = Fault::kNotSent;
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kCreated);
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kAuthorized);

    const auto undone = ADraft();
    s.provider.next_call = Fault::kNotSent;
    EXPECT_EQ((co_await s.Authorize(Soon(), undone)).state, State::kCreated);
    EXPECT_EQ((co_await s.charges.Void(Soon(), undone.order)).state, State::kVoided);
    EXPECT_EQ((co_await s.Authorize(Soon(), undone)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(undone.order, "authorized"), "0");
  });
}

TEST(Charges_Authorize, KilledBetweenIntentAndSendIsSentOnceByTheNextDriver) {
  WithService([](Service& s, World& world, auto& io) -> Task<> {
    auto draft = ADraft();
    domain::Begin(draft, {}, s.clock.Now());
    EXPECT_TRUE(co_await s.payments.Insert(Soon(), draft, 30s));
    Later(draft.order);
    Service next(io, world);
    EXPECT_EQ(co_await next.recovery.Driving().RunOnce(), 1u);
    EXPECT_EQ(next.provider.calls, 1);
    EXPECT_EQ((co_await next.Authorize(Soon(), draft)).state, State::kAuthorized);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Authorize, KilledBetweenAnswerAndResultIsFoundByTheNextDriver) {
  WithService([](Service& s, World& world, auto& io) -> Task<> {
    auto draft = ADraft();
    domain::Begin(draft, {}, s.clock.Now());
    EXPECT_TRUE(co_await s.payments.Insert(Soon(), draft, 30s));
    co_await s.sandbox.Authorize({.key = domain::ProviderKey(draft.id, draft.attempts[0]),
                                  .reference = draft.order.ToString(),
                                  .method = draft.method,
                                  .amount = {3000, draft.currency}},
                                 Soon());
    // While the dead driver's lease lasts nobody asks; the answer is what is known.
    Service next(io, world);
    EXPECT_EQ((co_await next.Authorize(After(700ms), draft)).state, State::kCreated);
    EXPECT_EQ(next.provider.finds, 0);
    Later(draft.order);
    EXPECT_EQ((co_await next.Authorize(Soon(), draft)).state, State::kAuthorized);
    EXPECT_EQ(next.provider.calls, 0);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
  });
}

TEST(Charges_Authorize, AnAttemptTheProviderNeverHadIsGivenUpAfterItsKeyWasForgotten) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    auto draft = ADraft();
    domain::Begin(draft, {}, s.clock.Now() - 21h);
    EXPECT_TRUE(co_await s.payments.Insert(Soon(), draft, 30s));
    Later(draft.order);
    co_await s.recovery.Driving().RunOnce();
    const auto payment = co_await s.payments.Find(Soon(), draft.order, storage::Scope::Everything());
    EXPECT_EQ(payment->state, State::kCreated);
    EXPECT_EQ(payment->attempts.at(0).state, Progress::kFailed);
    EXPECT_EQ(s.provider.calls, 0);
  });
}

TEST(Charges_Authorize, ManyAtOnceForOneOrderAreOneCall) {
  WithService(
      [](Service& s, World& world, auto& io) -> Task<> {
        Service replica(io, world, 5s);
        const auto draft = ADraft();
        runtime::TaskGroup callers(io.get_executor(), Unexpected);
        int authorized = 0;
        auto run = [&](Service& service) -> Task<> {
          authorized += (co_await service.Authorize(After(8s), draft)).state == State::kAuthorized;
        };
        for (int i = 0; i < 6; ++i) callers.Spawn("caller", run(i % 2 == 0 ? s : replica));
        co_await callers.Join(Soon());
        EXPECT_EQ(authorized, 6);
        EXPECT_EQ(s.provider.calls + replica.provider.calls, 1);
        EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
      },
      5s);
}

TEST(Charges_Capture, MovesTheMoneyOnceAndBooksIt) {
  WithService([](Service& s, World&, auto& io) -> Task<> {
    const auto draft = ADraft();
    EXPECT_EQ(co_await ReasonOf(s.charges.Capture(Soon(), draft.order)), "NOT_FOUND");
    co_await s.Authorize(Soon(), draft);
    runtime::TaskGroup callers(io.get_executor(), Unexpected);
    auto run = [&]() -> Task<> {
      EXPECT_EQ((co_await s.charges.Capture(After(8s), draft.order)).state, State::kCaptured);
    };
    for (int i = 0; i < 4; ++i) callers.Spawn("caller", run());
    co_await callers.Join(Soon());
    EXPECT_EQ(s.provider.calls, 2);
    EXPECT_EQ(LedgerOf(draft.order), "3000 0");
    EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 0");
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order)).state, State::kCaptured);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Capture, WhoseAnswerWasLostIsFoundNotRepeated) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kAuthorized);
    EXPECT_EQ(LedgerOf(draft.order), "0 0");
    // An undo that comes now must not void what was captured.
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order)).state, State::kCaptured);
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptured);
    EXPECT_EQ(s.provider.calls, 2);
    EXPECT_EQ(LedgerOf(draft.order), "3000 0");
    EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 0");
  });
}

TEST(Charges_Void, OfAnOrderWithoutPaymentRefusesALateCharge) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    for (int repeat = 0; repeat < 2; ++repeat) {
      EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order)).state, State::kVoided);
    }
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);
    EXPECT_EQ(s.provider.calls, 0);
    EXPECT_EQ(co_await ReasonOf(s.charges.Capture(Soon(), draft.order)), "ILLEGAL_TRANSITION");
    EXPECT_EQ(co_await ReasonOf(s.charges.Refund(Soon(), draft.order, draft.splits[0].seller_order, "")),
              "NOT_FOUND");
  });
}

TEST(Charges_Void, ResolvesWhatIsUnknownFirst) {
  WithService(
      [](Service& s, World&, auto&) -> Task<> {
        const auto draft = ADraft("pm_sandbox_timeout_authorized");
        EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kUnknown);
        const auto payment = co_await s.charges.Void(Soon(), draft.order);
        EXPECT_EQ(payment.state, State::kVoided);
        EXPECT_EQ(payment.authorized_minor, 0);
        EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
        EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);

        const auto declined = ADraft("pm_sandbox_timeout_declined");
        co_await s.Authorize(Soon(), declined);
        EXPECT_EQ((co_await s.charges.Void(Soon(), declined.order)).state, State::kDeclined);
      },
      kHurried);
}

TEST(Charges_Void, WhoseAnswerWasLostIsFound) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order)).state, State::kAuthorized);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order)).state, State::kVoided);
    EXPECT_EQ(s.provider.calls, 2);
  });
}

TEST(Charges_Refund, RacesEndInOneRefundAPart) {
  WithService(
      [](Service& s, World& world, auto& io) -> Task<> {
        Service replica(io, world, 5s);
        const auto draft = ADraft();
        co_await s.Authorize(Soon(), draft);
        EXPECT_EQ(co_await ReasonOf(s.charges.Refund(Soon(), draft.order, draft.splits[0].seller_order, "")),
                  "ILLEGAL_TRANSITION");
        co_await s.charges.Capture(Soon(), draft.order);
        runtime::TaskGroup callers(io.get_executor(), Unexpected);
        auto run = [&](Charges& charges, domain::SellerOrderId part) -> Task<> {
          const auto payment = co_await charges.Refund(After(8s), draft.order, part, "cancelled");
          EXPECT_EQ(payment.FindRefund(part)->state, Progress::kSucceeded);
        };
        for (int i = 0; i < 3; ++i) {
          callers.Spawn("a", run(s.charges, draft.splits[0].seller_order));
          callers.Spawn("b", run(replica.charges, draft.splits[0].seller_order));
          callers.Spawn("c", run(replica.charges, draft.splits[1].seller_order));
        }
        co_await callers.Join(Soon());
        EXPECT_EQ(s.provider.calls + replica.provider.calls, 4);
        EXPECT_EQ(LedgerOf(draft.order), "3000 3000");
        EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 3000");
        EXPECT_EQ(co_await ReasonOf(s.charges.Refund(Soon(), draft.order, domain::SellerOrderId::New(), "")),
                  "NOT_FOUND");
        EXPECT_EQ(BrokenInvariants(), "0");
      },
      5s);
}

TEST(Charges_Refund, WhoseAnswerWasLostIsFoundNotRepeated) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    co_await s.charges.Capture(Soon(), draft.order);
    const auto part = draft.splits[1].seller_order;
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ(co_await ReasonOf(s.charges.Refund(Soon(), draft.order, part, "")), "UNAVAILABLE");
    EXPECT_EQ(LedgerOf(draft.order), "3000 0");
    Later(draft.order);
    co_await s.recovery.Driving().RunOnce();
    EXPECT_EQ(LedgerOf(draft.order), "3000 2000");
    EXPECT_EQ((co_await s.charges.Refund(Soon(), draft.order, part, "")).refunded_minor, 2000);
    EXPECT_EQ(s.provider.calls, 3);
    EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 2000");

    s.provider.next_call = Fault::kNotSent;
    const auto other = draft.splits[0].seller_order;
    EXPECT_EQ(co_await ReasonOf(s.charges.Refund(Soon(), draft.order, other, "")), "UNAVAILABLE");
    EXPECT_EQ((co_await s.charges.Refund(Soon(), draft.order, other, "")).refunded_minor, 3000);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

}  // namespace
}  // namespace market::payment
