// Payments that whose card it is must confirm at the provider: 3-D Secure.
#include <gtest/gtest.h>

#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using Fault = FaultyProvider::Fault;
using Confirmation = sandbox::Provider::Confirmation;

constexpr auto kAsks = "pm_card_threeDSecure2Required";
constexpr auto kAsksInVain = "pm_card_threeDSecureRequiredChargeDeclined";

Task<> Confirm(World& world, const domain::Payment& payment, Confirmation how = Confirmation::kComplete) {
  const auto found = co_await world.provider.Confirm(Soon(), payment.authorization, how);
  EXPECT_TRUE(found.has_value());
}

std::string CountOf(const domain::OrderId& order) {
  return ProviderSql("SELECT count(*) FROM card_authorization WHERE reference = '" + order.ToString() + "'");
}

// How often order is told that its payment goes on.
std::string CountTold(const domain::Payment& payment) {
  return Sql(
      "SELECT count(*) FROM event WHERE type = 'payment.PaymentActionEnded' AND aggregate = 'payment/" +
      payment.id.ToString() + "'");
}

TEST(Charges_Action, WaitsForWhoseCardItIs) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    const auto draft = ADraft(kAsks);
    auto payment = co_await s.Authorize(Soon(), draft);
    EXPECT_EQ(payment.state, State::kRequiresAction);
    EXPECT_EQ(payment.action_url, world.url + "/3d_secure/" + payment.authorization);
    EXPECT_EQ(payment.version, 1) << "written once, with the answer";
    EXPECT_EQ(payment.authorized_minor, 0);
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kRequiresAction);
    EXPECT_EQ((co_await s.Stored(draft.order)).action_url, payment.action_url);
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kRequiresAction);
    EXPECT_EQ(CountTold(payment), "0");

    co_await Confirm(world, payment);
    payment = co_await s.Authorize(Soon(), draft);
    EXPECT_EQ(payment.state, State::kAuthorized);
    EXPECT_EQ(payment.authorized_minor, 3000);
    EXPECT_EQ(CountTold(payment), "1");
    EXPECT_EQ((co_await s.charges.Capture(Soon(), draft.order)).state, State::kCaptured);
    EXPECT_EQ(CountOf(draft.order), "1");
    EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 0");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Action, ThatFailsIsADecline) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    struct Case {
      std::string method;
      Confirmation how;
      std::string code;
    };
    const Case cases[] = {{kAsks, Confirmation::kFail, "payment_intent_authentication_failure"},
                          {kAsksInVain, Confirmation::kComplete, "generic_decline"}};
    for (const auto& c : cases) {
      const auto draft = ADraft(c.method);
      co_await Confirm(world, co_await s.Authorize(Soon(), draft), c.how);
      const auto payment = co_await s.Authorize(Soon(), draft);
      EXPECT_EQ(payment.state, State::kDeclined);
      EXPECT_EQ(payment.decline_code, c.code);
      EXPECT_EQ(payment.Pending(), nullptr);
      EXPECT_EQ(CountTold(payment), "1");
      EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kDeclined);
    }
  });
}

TEST(Charges_Action, IsAskedForByTheRecovery) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    ForgetOpen();
    const auto payment = co_await s.Authorize(Soon(), ADraft(kAsks));
    EXPECT_EQ((co_await s.payments.CountUnresolved(Soon())).payments, 0) << "it has an answer";
    Later(payment.order);
    EXPECT_EQ(co_await s.recovery.Driving().RunOnce(), 1U);
    EXPECT_EQ((co_await s.Stored(payment.order)).asks, 2) << "less and less often";
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kRequiresAction);
    co_await Confirm(world, payment);
    Later(payment.order);
    EXPECT_EQ(co_await s.recovery.Driving().RunOnce(), 1U);
    EXPECT_EQ((co_await s.Stored(payment.order)).state, State::kAuthorized);
  });
}

TEST(Charges_Action, ThatIsGivenUpCanNotBeTakenAnyMore) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    const auto draft = ADraft(kAsks);
    const auto payment = co_await s.Authorize(Soon(), draft);
    const auto ended = co_await s.charges.Void(Soon(), draft.order, 1);
    EXPECT_EQ(ended.state, State::kVoided);
    EXPECT_EQ(ended.Pending(), nullptr);
    EXPECT_EQ(CountTold(ended), "1");
    co_await Confirm(world, payment);
    EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kVoided);
  });
}

TEST(Charges_Action, ThatWasTakenJustBeforeItIsGivenUpHoldsNothing) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    const auto draft = ADraft(kAsks);
    co_await Confirm(world, co_await s.Authorize(Soon(), draft));
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
    // In vain, and then there is nothing to give up.
    const auto other = ADraft(kAsks);
    co_await Confirm(world, co_await s.Authorize(Soon(), other), Confirmation::kFail);
    EXPECT_EQ((co_await s.charges.Void(Soon(), other.order, 1)).state, State::kDeclined);
  });
}

// By hand, in the provider's own pages.
TEST(Charges_Action, ThatWasTakenThereIsTooLateToGiveUp) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    const auto draft = ADraft(kAsks);
    const auto payment = co_await s.Authorize(Soon(), draft);
    co_await Confirm(world, payment);
    const provider::Change by_hand{.key = Uuid::NewV7().ToString(),
                                   .authorization = payment.authorization,
                                   .amount = {3000, payment.currency},
                                   .reference = {}};
    EXPECT_EQ(provider::Name(co_await s.stripe.Capture(by_hand, Soon())), "done");
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kCaptured);
    EXPECT_EQ(LedgerOf(draft.order), "3000 0");
  });
}

TEST(Charges_Action, GivenUpWithoutAnAnswerIsAskedAgain) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft(kAsks);
    co_await s.Authorize(Soon(), draft);
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kRequiresAction);
    // Whoever asks about it hears what became of it.
    co_await s.charges.Resolve(Soon(), co_await s.Stored(draft.order));
    EXPECT_EQ((co_await s.Stored(draft.order)).state, State::kVoided);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kVoided);
  });
}

TEST(Charges_Action, IsOneHoweverOftenTheProcessDies) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    for (const auto fault : {Fault::kAnswerLost, Fault::kCrashAfter, Fault::kCrashBefore, Fault::kNotSent}) {
      const auto draft = ADraft(kAsks);
      s.provider.next_call = fault;
      try {
        co_await s.Authorize(Soon(), draft);
      } catch (const Crash&) {
      }
      auto payment = co_await s.Authorize(Soon(), draft);
      EXPECT_EQ(payment.state, State::kRequiresAction);
      EXPECT_FALSE(payment.action_url.empty());
      EXPECT_EQ(CountOf(draft.order), "1");
      co_await Confirm(world, payment);
      EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kAuthorized);
      EXPECT_EQ(CountOf(draft.order), "1");
    }
  });
}

// Its answer was lost, so nobody has seen where it is confirmed: it is found by its key, and ended.
TEST(Charges_Action, WhoseAnswerWasLostIsGivenUpToo) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft(kAsks);
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kUnknown);
    // First it is known what there is, and whoever wants it ended asks again.
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kRequiresAction);
    EXPECT_EQ((co_await s.charges.Void(Soon(), draft.order, 1)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
  });
}

// Its driver is late: the order was undone while the provider answered.
TEST(Charges_Action, OfAnOrderThatIsUndoneIsEnded) {
  WithService([](Service& s, World& world, auto& io) -> Task<> {
    const auto draft = ADraft(kAsks);
    Service other(io, world);
    const auto drive = [&]() -> Task<> { co_await s.Authorize(Soon(), draft); };
    const auto undo = [&]() -> Task<> { co_await other.charges.Void(Soon(), draft.order, 1); };
    runtime::TaskGroup both(io.get_executor(), Unexpected);
    both.Spawn("drive", drive());
    both.Spawn("undo", undo());
    co_await both.Join(After(10s));
    co_await other.charges.Void(Soon(), draft.order, 1);
    EXPECT_EQ((co_await s.Stored(draft.order)).state, State::kVoided);
    EXPECT_EQ(CountAtProvider(draft.order, "requires_action"), "0");
  });
}

TEST(Charges_Action, AnotherMethodEndsIt) {
  WithService([](Service& s, World& world, auto&) -> Task<> {
    // Waiting; confirmed unheard; confirmed and heard.
    for (int late = 0; late < 3; ++late) {
      auto draft = ADraft(kAsks);
      const auto first = co_await s.Authorize(Soon(), draft);
      if (late > 0) co_await Confirm(world, first);
      if (late > 1) EXPECT_EQ((co_await s.Authorize(Soon(), draft)).state, State::kAuthorized);
      auto second = draft;
      second.number = 2;
      second.method = "pm_card_visa";
      EXPECT_EQ((co_await s.Authorize(Soon(), second)).state, State::kAuthorized);
      EXPECT_EQ(CountAtProvider(draft.order, "authorized"), "1");
      EXPECT_EQ(CountAtProvider(draft.order, "voided"), "1");
    }
    // One that nobody had to confirm is nobody's to give up.
    auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    draft.number = 2;
    EXPECT_EQ(co_await ReasonOf(s.Authorize(Soon(), draft)), "ILLEGAL_TRANSITION");
  });
}

TEST(Charges_Action, WhereNobodyCanBeSentIsADecline) {
  WithService([](Service&, World& world, auto& io) -> Task<> {
    Service alone(io, world, world.url, kProviderTimeout, "");
    const auto payment = co_await alone.Authorize(Soon(), ADraft(kAsks));
    EXPECT_EQ(payment.state, State::kDeclined);
    EXPECT_EQ(payment.decline_code, "authentication_required");
  });
}

}  // namespace
}  // namespace market::payment
