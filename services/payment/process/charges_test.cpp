// A charge on its way: authorised, captured, voided. Refunds: refunds_test.cpp.
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
    EXPECT_EQ(payment.version, 1) << "written once, with the answer";
    EXPECT_EQ(s.provider.calls, 1);
    EXPECT_EQ(s.provider.finds, 0);
    const auto stored = co_await s.Stored(draft.order);
    EXPECT_EQ(stored.state, State::kAuthorized);
    EXPECT_EQ(stored.authorization, payment.authorization);
    EXPECT_EQ(stored.splits.size(), 2u);
    EXPECT_EQ(stored.attempts.at(0).state, Progress::kSucceeded);
    EXPECT_EQ(stored.version, payment.version);

    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).id, payment.id);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
    auto other = draft;
    other.method = "pm_other";
    EXPECT_EQ(co_await ReasonOf(s.Authorize(Soon(), other)), "ALREADY_EXISTS");
    EXPECT_EQ((co_await s.Stored(draft.order)).version, 1);
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
        EXPECT_EQ(payment.version, 1);
      }
      EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kDeclined);
    }
  });
}

TEST(Charges_Authorize, RefusesAMethodNobodyHasTheSameWayAgain) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft("pm_nobody_has");
    for (int repeat = 0; repeat < 2; ++repeat) {
      EXPECT_EQ(co_await ReasonOf(s.Authorize(Soon(), draft)), "UNKNOWN_PAYMENT_METHOD");
    }
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kDeclined);
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
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft("pm_sandbox_error_then_authorized");
    const auto payment = co_await s.Authorize(After(8s), draft);
    EXPECT_EQ(payment.state, State::kAuthorized);
    EXPECT_EQ(payment.attempts.size(), 3u);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(payment.attempts.at(i).state, Progress::kFailed);
      EXPECT_EQ(payment.attempts.at(i).code, "provider_error");
    }
    EXPECT_EQ(s.provider.finds, 2);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
    EXPECT_EQ((co_await s.Stored(draft.order)).attempts.size(), 3u);
  });
}

TEST(Charges_Authorize, OfAProviderThatCantBeReachedLeavesNothing) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    s.provider.next_call = Fault::kNotSent;
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kCreated);
    EXPECT_FALSE(co_await s.payments.Find(Soon(), draft.order, std::nullopt));
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kAuthorized);

    const auto undone = ADraft();
    s.provider.next_call = Fault::kNotSent;
    EXPECT_EQ((co_await s.Authorize(Soon(), undone)).state, State::kCreated);
    EXPECT_EQ((co_await s.charges.Void(Soon(), undone.order, 1)).state, State::kVoided);
    EXPECT_EQ((co_await s.Authorize(Soon(), undone)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(undone.order, "authorized"), "0");
  });
}

TEST(Charges_Authorize, OfNothingAsksNoProvider) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    auto draft = ADraft();
    draft.amount_minor = draft.splits[0].amount_minor = draft.splits[1].amount_minor = 0;
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kAuthorized);
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptured);
    const auto refund = domain::RefundId::New();
    const auto payment = co_await s.Refund(Soon(), draft.order, refund, draft.splits[0].seller_order);
    EXPECT_EQ(payment.FindRefund(refund)->state, Progress::kSucceeded);
    EXPECT_EQ(s.provider.calls + s.provider.finds, 0);
    EXPECT_EQ(LedgerOf(draft.order), "0 0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Authorize, AFurtherPaymentBeginsWhenTheOneBeforeIsOver) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    auto draft = ADraft("pm_card_visa_chargeDeclined");
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kDeclined);
    draft.method = "pm_card_visa";
    draft.number = 2;
    const auto second = co_await s.Authorize(Soon(), draft);
    EXPECT_EQ(second.state, State::kAuthorized);
    EXPECT_EQ(second.number, 2);
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).id, second.id);
    draft.number = 3;
    EXPECT_EQ(co_await ReasonOf(s.Authorize(Soon(), draft)), "ILLEGAL_TRANSITION");

    // One whose capture was refused for good gives up what is left of its hold first.
    s.provider.next_call = Fault::kRefused;
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptureFailed);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
    const auto third = co_await s.Authorize(Soon(), draft);
    EXPECT_EQ(third.state, State::kAuthorized);
    EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).id, third.id);
    EXPECT_EQ(LedgerOf(draft.order), "3000 0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Authorize, ManyAtOnceForOneOrderAreOneCharge) {
  WithService([](Service& s, World& world, auto& io) -> Task<> {
    Service replica(io, world);
    const auto draft = ADraft();
    runtime::TaskGroup callers(io.get_executor(), Unexpected);
    int authorized = 0;
    auto run = [&](Service& service) -> Task<> {
      authorized += (co_await service.Authorize(After(8s), draft)).state == State::kAuthorized;
    };
    for (int i = 0; i < 6; ++i) callers.Spawn("caller", run(i % 2 == 0 ? s : replica));
    co_await callers.Join(Soon());
    EXPECT_EQ(authorized, 6);
    EXPECT_EQ(ProviderSql("SELECT count(*) FROM card_authorization WHERE reference = '" +
                          draft.order.ToString() + "'"),
              "1");
    EXPECT_EQ((co_await s.Stored(draft.order)).version, 1);
  });
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
    EXPECT_EQ((co_await s.Stored(draft.order)).version, 2);
    EXPECT_EQ(LedgerOf(draft.order), "3000 0");
    EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 0");
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kCaptured);
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
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kCaptured);
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptured);
    EXPECT_EQ(s.provider.calls, 2);
    EXPECT_EQ(LedgerOf(draft.order), "3000 0");
    EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 0");
  });
}

TEST(Charges_Capture, ThatIsRefusedForGoodIsAnAnswer) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    ProviderSql("UPDATE card_authorization SET status = 'voided' WHERE reference = '" +
                draft.order.ToString() + "'");
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto payment = co_await s.charges.Capture(Soon(), draft.order);
      EXPECT_EQ(payment.state, State::kCaptureFailed);
      EXPECT_EQ(payment.failure_code, "hold_lost");
      EXPECT_EQ(payment.captured_minor, 0);
    }
    EXPECT_EQ(s.provider.calls, 2) << "it is not asked again";
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kVoided);
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kVoided);
    EXPECT_EQ(LedgerOf(draft.order), "0 0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Capture, AgainstVoidEndsInOneOfThem) {
  for (int round = 0; round < 20; ++round) {
    WithService([](Service& s, World& world, auto& io) -> Task<> {
      Service replica(io, world);
      const auto draft = ADraft();
      co_await s.Authorize(Soon(), draft);
      runtime::TaskGroup rivals(io.get_executor(), Unexpected);
      auto capture = [&](Service& service) -> Task<> {
        co_await service.charges.Capture(After(8s), draft.order);
      };
      auto undo = [&](Service& service) -> Task<> {
        co_await service.charges.Void(After(8s), draft.order, 1);
      };
      rivals.Spawn("capture", capture(s));
      rivals.Spawn("void", undo(replica));
      rivals.Spawn("capture", capture(replica));
      rivals.Spawn("void", undo(s));
      co_await rivals.Join(Soon());
      // Whoever asks next hears the same as the provider says.
      const auto payment = co_await s.charges.Void(Soon(), draft.order, 1);
      const bool captured = payment.state == State::kCaptured;
      EXPECT_TRUE(captured || payment.state == State::kVoided) << domain::Name(payment.state);
      EXPECT_EQ(CountAtProvider(draft.order, captured ? "captured" : "voided"), "1");
      EXPECT_EQ(LedgerOf(draft.order), captured ? "3000 0" : "0 0");
      EXPECT_EQ(ProviderLedgerOf(draft.order), LedgerOf(draft.order));
      EXPECT_EQ(BrokenInvariants(), "0");
    });
  }
}

TEST(Charges_Void, OfAnOrderWithoutPaymentRefusesALateCharge) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    for (int repeat = 0; repeat < 2; ++repeat) {
      EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, std::nullopt)).state, State::kVoided);
    }
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "0");
    EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kVoided);
    EXPECT_EQ(co_await ReasonOf(
                  s.Refund(Soon(), draft.order, domain::RefundId::New(), draft.splits[0].seller_order)),
              "NOT_FOUND");
  });
}

TEST(Charges_Void, OfAFurtherPaymentThatIsNotKnownRefusesItToo) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    auto draft = ADraft("pm_card_visa_chargeDeclined");
    co_await s.Authorize(Soon(), draft);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 2)).state, State::kVoided);
    draft.number = 2;
    draft.method = "pm_card_visa";
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "0");
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kDeclined);
  });
}

TEST(Charges_Void, OfAFurtherPaymentThatIsNotKnownGivesUpTheHoldBeforeIt) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    s.provider.next_call = Fault::kRefused;
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptureFailed);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 2)).state, State::kVoided);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "0");
  });
}

TEST(Charges_Void, ResolvesWhatIsUnknownFirst) {
  WithService(
      [](Service& s, World&, auto&) -> Task<> {
        const auto draft = ADraft("pm_sandbox_timeout_authorized");
        EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kUnknown);
        const auto payment = co_await s.charges.Void(Soon(), draft.order, 1);
        EXPECT_EQ(payment.state, State::kVoided);
        EXPECT_EQ(payment.authorized_minor, 0);
        EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
        EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);

        const auto declined = ADraft("pm_sandbox_timeout_declined");
        co_await s.Authorize(Soon(), declined);
        EXPECT_EQ((co_await s.charges.Void(Soon(), declined.order, 1)).state, State::kDeclined);
      },
      kHurried);
}

TEST(Charges_Void, WhoseAnswerWasLostIsFound) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kAuthorized);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kVoided);
    EXPECT_EQ(s.provider.calls, 2);
  });
}

TEST(Charges_Void, ThatTheProviderWillNotDoLeavesTheHold) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    s.provider.next_call = Fault::kRefused;
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kAuthorized);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kVoided);
  });
}

}  // namespace
}  // namespace market::payment
