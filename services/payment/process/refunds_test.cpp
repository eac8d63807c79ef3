// What goes back, and never more than was promised.
#include "services/payment/process/charges.hpp"
#include "services/payment/testing/charges_fixture.hpp"

namespace market::payment {
namespace {

using Fault = FaultyProvider::Fault;

Task<domain::Payment> Captured(Service& s) {
  const auto draft = ADraft();
  co_await s.Authorize(Soon(), draft);
  co_return co_await s.charges.Capture(Soon(), draft.order);
}

TEST(Charges_Refund, RacesEndInOneRefundOfAnId) {
  WithService([](Service& s, World& world, auto& io) -> Task<> {
    Service replica(io, world);
    const auto draft = ADraft();
    co_await s.Authorize(Soon(), draft);
    const auto first = draft.splits[0].seller_order;
    const auto second = draft.splits[1].seller_order;
    EXPECT_EQ(co_await ReasonOf(s.Refund(Soon(), draft.order, domain::RefundId::New(), first)),
              "ILLEGAL_TRANSITION");
    co_await s.charges.Capture(Soon(), draft.order);
    runtime::TaskGroup callers(io.get_executor(), Unexpected);
    auto run = [&](Service& service, domain::RefundId id, domain::SellerOrderId part) -> Task<> {
      const auto payment = co_await service.Refund(After(8s), draft.order, id, part);
      EXPECT_EQ(payment.FindRefund(id)->state, Progress::kSucceeded);
    };
    const auto of_first = domain::RefundId::New();
    const auto of_second = domain::RefundId::New();
    for (int i = 0; i < 3; ++i) {
      callers.Spawn("a", run(s, of_first, first));
      callers.Spawn("b", run(replica, of_first, first));
      callers.Spawn("c", run(replica, of_second, second));
    }
    co_await callers.Join(Soon());
    EXPECT_EQ(LedgerOf(draft.order), "3000 3000");
    EXPECT_EQ(ProviderLedgerOf(draft.order), "3000 3000");
    EXPECT_EQ(co_await ReasonOf(
                  s.Refund(Soon(), draft.order, domain::RefundId::New(), domain::SellerOrderId::New())),
              "NOT_FOUND");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

// Each wants all that is left of one part: the one that is promised first gets it.
TEST(Charges_Refund, OfOnePartAtOnceAreNeverMoreThanItsShare) {
  WithService([](Service& s, World& world, auto& io) -> Task<> {
    Service replica(io, world);
    const auto payment = co_await Captured(s);
    const auto part = payment.splits[0].seller_order;
    runtime::TaskGroup callers(io.get_executor(), Unexpected);
    auto run = [&](Service& service) -> Task<> {
      co_await service.Refund(After(8s), payment.order, domain::RefundId::New(), part);
    };
    for (int i = 0; i < 6; ++i) callers.Spawn("caller", run(i % 2 == 0 ? s : replica));
    co_await callers.Join(Soon());
    EXPECT_EQ(LedgerOf(payment.order), "3000 1000");
    EXPECT_EQ(ProviderLedgerOf(payment.order), "3000 1000");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Refund, GoesBackInParts) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    auto payment = co_await Captured(s);
    const auto part = payment.splits[1].seller_order;
    const auto wanted = [&](std::int64_t minor) {
      return domain::WantedRefund{.id = domain::RefundId::New(),
                                  .seller_order = part,
                                  .amount = Money{minor, payment.currency},
                                  .reason = "a lid is missing",
                                  .bound = domain::Bound::kExactly};
    };
    co_await s.charges.Refund(Soon(), payment.order, wanted(1));
    co_await s.charges.Refund(Soon(), payment.order, wanted(998));
    EXPECT_EQ(co_await ReasonOf(s.charges.Refund(Soon(), payment.order, wanted(1002))),
              "REFUND_ABOVE_CAPTURED");
    payment = co_await s.Refund(Soon(), payment.order, domain::RefundId::New(), part);
    EXPECT_EQ(payment.refunds.size(), 3U);
    EXPECT_EQ(payment.RefundedOf(part), 2000);
    EXPECT_EQ(ProviderLedgerOf(payment.order), "3000 2000");
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Refund, WhoseAnswerWasLostIsFoundNotRepeated) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto payment = co_await Captured(s);
    const auto id = domain::RefundId::New();
    const auto part = payment.splits[1].seller_order;
    s.provider.next_call = Fault::kAnswerLost;
    EXPECT_EQ(co_await ReasonOf(s.Refund(Soon(), payment.order, id, part)), "UNAVAILABLE");
    EXPECT_EQ(LedgerOf(payment.order), "3000 0");
    Later(payment.order);
    co_await s.recovery.Driving().RunOnce();
    EXPECT_EQ(LedgerOf(payment.order), "3000 2000");
    EXPECT_EQ((co_await s.Refund(Soon(), payment.order, id, part)).refunded_minor, 2000);
    EXPECT_EQ(s.provider.calls, 3);
    EXPECT_EQ(ProviderLedgerOf(payment.order), "3000 2000");

    s.provider.next_call = Fault::kNotSent;
    const auto other = domain::RefundId::New();
    const auto first = payment.splits[0].seller_order;
    EXPECT_EQ(co_await ReasonOf(s.Refund(Soon(), payment.order, other, first)), "UNAVAILABLE");
    EXPECT_EQ((co_await s.Refund(Soon(), payment.order, other, first)).refunded_minor, 3000);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Refund, ThatIsRefusedForGoodIsAnAnswerAndTheMoneyIsThereForAnother) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto captured = co_await Captured(s);
    const auto id = domain::RefundId::New();
    const auto part = captured.splits[0].seller_order;
    s.provider.next_call = Fault::kRefused;
    for (int repeat = 0; repeat < 2; ++repeat) {
      const auto payment = co_await s.Refund(Soon(), captured.order, id, part);
      EXPECT_EQ(payment.FindRefund(id)->state, Progress::kFailed);
      EXPECT_EQ(payment.refunded_minor, 0);
    }
    EXPECT_EQ(s.provider.calls, 3);
    EXPECT_EQ((co_await s.Refund(Soon(), captured.order, domain::RefundId::New(), part)).refunded_minor,
              1000);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

TEST(Charges_Refund, ThatTheProviderNeverHadIsTriedAnewAfterItsKeyWasForgotten) {
  WithService([](Service& s, World&, auto&) -> Task<> {
    const auto payment = co_await Captured(s);
    auto promised = payment;
    const domain::WantedRefund wanted{.id = domain::RefundId::New(),
                                      .seller_order = payment.splits[0].seller_order,
                                      .amount = {},
                                      .reason = {}};
    domain::Promise(promised, wanted, s.clock.Now() - 21h);
    EXPECT_TRUE(co_await s.payments.Write(Soon(), payment, promised, 0ms));
    Later(payment.order);
    co_await s.recovery.Driving().RunOnce();
    auto read = co_await s.Stored(payment.order);
    EXPECT_EQ(read.FindAttempt(domain::Operation::kRefund, 1)->state, Progress::kFailed);
    EXPECT_EQ(read.FindAttempt(domain::Operation::kRefund, 1)->code, "never_had_it");
    EXPECT_EQ(s.provider.calls, 2) << "it is not sent again";
    read = co_await s.charges.Refund(Soon(), payment.order, wanted);
    EXPECT_EQ(read.refunded_minor, 1000);
    EXPECT_EQ(BrokenInvariants(), "0");
  });
}

}  // namespace
}  // namespace market::payment
