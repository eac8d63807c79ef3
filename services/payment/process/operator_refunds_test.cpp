// What operators give back: exactly so much, on record, beside what the order gives back.
#include "marketplace/payment/v1/events.pb.h"
#include "platform/audit/testing/some_act.hpp"
#include "platform/events/testing/told.hpp"
#include "services/payment/process/charges.hpp"
#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using Fault = FaultyProvider::Fault;

Task<domain::Payment> CapturedPayment(Service& s) {
  const auto draft = ADraft();
  co_await s.Authorize(Soon(), draft);
  co_return co_await s.charges.Capture(Soon(), draft.order);
}

domain::WantedRefund AnOperators(const domain::Payment& payment, std::optional<std::int64_t> minor,
                                 domain::RefundId id = domain::RefundId::New()) {
  return {.id = id,
          .seller_order = payment.splits[1].seller_order,
          .amount = minor ? std::optional(Money{*minor, payment.currency}) : std::nullopt,
          .reason = "a scratch",
          .bound = domain::Bound::kExactly,
          .account = AccountId::New()};
}

Task<domain::Payment> RefundBy(Service& s, const domain::Payment& payment, domain::WantedRefund wanted) {
  return s.charges.RefundBy(After(8s), payment.id, std::move(wanted), audit::SomeAct());
}

std::string ActsOf(const domain::Payment& payment) {
  return Sql("SELECT count(*) FROM audit_event WHERE target_type = 'payment' AND target_id = '" +
             payment.id.ToString() + "'");
}

TEST(OperatorRefunds, AreExactOnceAndOnRecord) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto payment = co_await CapturedPayment(s);
    const auto wanted = AnOperators(payment, 700);
    for (int run = 0; run < 2; ++run) {
      const auto after = co_await RefundBy(s, payment, wanted);
      EXPECT_EQ(after.refunded_minor, 700);
      EXPECT_EQ(after.FindRefund(wanted.id)->state, Progress::kSucceeded);
      EXPECT_EQ(after.FindRefund(wanted.id)->account, wanted.account);
    }
    EXPECT_EQ(ActsOf(payment), "1") << "a repetition is no act";
    const auto noted =
        Sql("SELECT after->>'amount' || ' ' || (after->>'refund') FROM audit_event WHERE target_id = '" +
            payment.id.ToString() + "'");
    EXPECT_TRUE(noted.ends_with(wanted.id.ToString())) << noted;
    EXPECT_EQ(co_await ReasonOf(RefundBy(s, payment, AnOperators(payment, 1301))), "REFUND_ABOVE_CAPTURED");
    EXPECT_EQ((co_await RefundBy(s, payment, AnOperators(payment, std::nullopt))).refunded_minor, 2000);
    EXPECT_EQ(co_await ReasonOf(RefundBy(s, payment, AnOperators(payment, std::nullopt))),
              "REFUND_ABOVE_CAPTURED")
        << "nothing is left of that part";
    EXPECT_EQ(ActsOf(payment), "2") << "what is refused is no act";
    EXPECT_EQ(LedgerOf(payment.order), "3000 2000");
    EXPECT_EQ(ProviderLedgerOf(payment.order), "3000 2000");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(OperatorRefunds, OfWhatIsNotThereOrNotCaptured_AreRefused) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto draft = ADraft();
    const auto authorized = co_await s.Authorize(Soon(), draft);
    EXPECT_EQ(co_await ReasonOf(RefundBy(s, authorized, AnOperators(authorized, 1))), "ILLEGAL_TRANSITION");
    auto elsewhere = AnOperators(authorized, 1);
    elsewhere.seller_order = domain::SellerOrderId::New();
    EXPECT_EQ(co_await ReasonOf(RefundBy(s, authorized, elsewhere)), "NOT_FOUND");
    auto nowhere = authorized;
    nowhere.id = domain::PaymentId::New();
    EXPECT_EQ(co_await ReasonOf(RefundBy(s, nowhere, AnOperators(authorized, 1))), "NOT_FOUND");
    EXPECT_EQ(ActsOf(authorized), "0");
  });
}

// The order cancels after it: what is left goes back, and in the end nothing more than was taken.
TEST(OperatorRefunds, LeaveTheOrderWhatIsLeft) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto payment = co_await CapturedPayment(s);
    const auto part = payment.splits[1].seller_order;
    co_await RefundBy(s, payment, AnOperators(payment, 1500));
    const domain::WantedRefund units{.id = domain::RefundId::New(),
                                     .seller_order = part,
                                     .amount = Money{1000, payment.currency},
                                     .reason = "cancelled"};
    EXPECT_EQ((co_await s.charges.Refund(Soon(), payment.order, units)).FindRefund(units.id)->amount_minor,
              500);
    const auto rest = co_await s.Refund(Soon(), payment.order, domain::RefundId::New(), part);
    EXPECT_EQ(rest.RefundedOf(part), 2000);
    EXPECT_EQ(LedgerOf(payment.order), "3000 2000");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(OperatorRefunds, WhoseAnswerWasLost_AreFoundByTheRecoveryAndTold) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto payment = co_await CapturedPayment(s);
    const auto wanted = AnOperators(payment, 300);
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ(co_await ReasonOf(RefundBy(s, payment, wanted)), "UNAVAILABLE");
    EXPECT_EQ(ActsOf(payment), "1");
    Later(payment.order);
    co_await s.recovery.Driving().RunOnce();
    EXPECT_EQ((co_await RefundBy(s, payment, wanted)).refunded_minor, 300);
    EXPECT_EQ(s.provider.calls, 3);
    const auto told = events::LastTold<marketplace::payment::v1::PaymentRefunded>(
        Disk(), "payment/" + payment.id.ToString());
    EXPECT_EQ(told.refund_id(), wanted.id.ToString());
    EXPECT_EQ(told.captured().amount(), 3000);
    EXPECT_EQ(told.refunded().amount(), 300);
    EXPECT_EQ(told.seller_order_refunded().amount(), 300);
    EXPECT_EQ(told.seller_order_id(), payment.splits[1].seller_order.ToString());
  });
}

// Two operators and the order at once want more together than there is.
TEST(OperatorRefunds, AtOnceAreNeverMoreThanThePart) {
  WithService([](Service& s, World& world, auto& io) -> Task<> {
    Service replica(io, world);
    const auto payment = co_await CapturedPayment(s);
    const auto part = payment.splits[1].seller_order;
    int refused = 0;
    auto by_operator = [&](Service& service) -> Task<> {
      const auto reason = co_await ReasonOf(RefundBy(service, payment, AnOperators(payment, 1200)));
      EXPECT_TRUE(reason.empty() || reason == "REFUND_ABOVE_CAPTURED") << reason;
      refused += !reason.empty();
    };
    auto by_order = [&]() -> Task<> {
      co_await replica.Refund(After(8s), payment.order, domain::RefundId::New(), part);
    };
    runtime::TaskGroup callers(io.get_executor(), Unexpected);
    callers.Spawn("operator", by_operator(s));
    callers.Spawn("operator", by_operator(replica));
    callers.Spawn("order", by_order());
    co_await callers.Join(Soon());
    EXPECT_GE(refused, 1);
    EXPECT_EQ(LedgerOf(payment.order), "3000 2000");
    EXPECT_EQ(ProviderLedgerOf(payment.order), "3000 2000");
    EXPECT_EQ(ActsOf(payment), std::to_string(2 - refused));
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

}  // namespace
}  // namespace market::payment
