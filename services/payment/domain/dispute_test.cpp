#include "services/payment/domain/dispute.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <numeric>
#include <string>

#include "platform/core/error.hpp"

namespace market::payment::domain {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

const Currency kEuro = Currency::Parse("EUR");
const Time kNoon = sys_days(std::chrono::year(2026) / 11 / 30) + 12h;
constexpr ReserveTerms kTenPercentKept{.ppm = 100'000, .kept = std::chrono::days(30)};

Payment ADisputedPayment(std::int64_t first = 1000, std::int64_t second = 2000) {
  return MakePayment(
      OrderId::New(), AccountId::New(), Money{first + second, kEuro}, "pm",
      {{SellerOrderId::New(), SellerId::New(), first}, {SellerOrderId::New(), SellerId::New(), second}},
      kNoon);
}

// 12.00 and 7.00, and 1.00 for the delivery; 10 % of it are the marketplace's.
Sale ASale() {
  Sale sale;
  sale.id = SellerOrderId::New();
  sale.seller = SellerId::New();
  sale.currency = kEuro;
  sale.delivery = {.paid_minor = 100};
  sale.placed_at = kNoon;
  for (const std::int64_t paid : {1200, 700}) {
    auto& line = sale.lines.emplace_back();
    line.id = LineId::New();
    line.paid_minor = paid;
    line.unit_price_minor = paid;
    line.terms =
        CommissionTerms{.rule = CommissionRuleId::New(), .percentage_ppm = 100'000, .on_delivery = true};
  }
  Open(sale);
  return sale;
}

Sale Settled(Sale sale, bool completed, const ReserveTerms& reserve = {}) {
  sale.delivered_at = kNoon;
  if (completed) sale.completed_at = kNoon;
  return Settle(std::move(sale), {}, reserve, kNoon).sale;
}

Dispute Of(const Sale& sale, std::int64_t amount, std::int64_t of_sale) {
  return {
      .id = DisputeId::New(), .seller_order = sale.id, .amount = {amount, kEuro}, .of_sale_minor = of_sale};
}

std::string Texts(const Entry& entry) {
  std::string text(Name(entry.cause));
  std::int64_t sum = 0;
  for (const auto& posting : entry.postings) {
    text += ' ' + std::string(Name(posting.account)) + ' ' + std::to_string(posting.amount_minor);
    sum += posting.amount_minor;
  }
  EXPECT_EQ(sum, 0) << text;
  return text;
}

TEST(Dispute, GoesForwardOnly) {
  using enum DisputeState;
  EXPECT_EQ(NextState(kOpen, kEvidence), kEvidence);
  EXPECT_EQ(NextState(kOpen, kLost), kLost);
  EXPECT_EQ(NextState(kEvidence, kWon), kWon);
  EXPECT_EQ(NextState(kEvidence, kOpen), std::nullopt);
  EXPECT_EQ(NextState(kWon, kLost), std::nullopt) << "what is decided stays so";
  EXPECT_EQ(NextState(kLost, kWon), std::nullopt);
  EXPECT_EQ(NextState(kOpen, kOpen), std::nullopt);
  try {
    RequireMove(kWon, kEvidence);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
  }
}

TEST(Dispute, IsSharedByWhatIsLeftOfTheParts) {
  auto payment = ADisputedPayment();
  auto parts = SharedAmong(payment, 3000);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].amount_minor, 1000);
  EXPECT_EQ(parts[1].of_sale_minor, 2000);
  parts = SharedAmong(payment, 1001);
  EXPECT_EQ(parts[0].amount_minor + parts[1].amount_minor, 1001);
  EXPECT_EQ(parts[0].amount_minor, 334);
  payment.refunds.push_back({.id = RefundId::New(),
                             .seller_order = payment.splits[0].seller_order,
                             .amount_minor = 1000,
                             .state = Progress::kSucceeded});
  parts = SharedAmong(payment, 2000);
  ASSERT_EQ(parts.size(), 1u) << "nothing is left of the first";
  EXPECT_EQ(parts[0].split.seller_order, payment.splits[1].seller_order);
  // A bank that takes what has gone back already.
  parts = SharedAmong(payment, 3000);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].of_sale_minor, 0);
  EXPECT_EQ(parts[0].amount_minor, 333);
  EXPECT_EQ(parts[1].of_sale_minor, 2000);
  EXPECT_EQ(parts[1].amount_minor, 2667);
}

TEST(Dispute, LeavesLessToRefund) {
  auto payment = ADisputedPayment();
  payment.state = State::kCaptured;
  const auto& part = payment.splits[0].seller_order;
  payment.disputed.push_back({part, 600});
  const auto want = [&](std::int64_t minor, Bound bound) {
    return WantedRefund{.id = RefundId::New(),
                        .seller_order = part,
                        .amount = Money{minor, kEuro},
                        .reason = "x",
                        .bound = bound};
  };
  EXPECT_EQ(payment.LeftOf(payment.splits[0]), 400);
  EXPECT_EQ(AmountOf(payment, want(1000, Bound::kAtMost)), 400);
  EXPECT_EQ(NextStep(payment, {Operation::kRefund, want(400, Bound::kExactly)}), Step::kPromise);
  const auto reason = [&](std::int64_t minor) {
    try {
      NextStep(payment, {Operation::kRefund, want(minor, Bound::kExactly)});
    } catch (const Error& error) {
      return error.reason;
    }
    return std::string();
  };
  EXPECT_EQ(reason(401), "PAYMENT_DISPUTED");
  EXPECT_EQ(reason(1000), "PAYMENT_DISPUTED");
  EXPECT_EQ(reason(1001), "REFUND_ABOVE_CAPTURED") << "that was never there";
  payment.disputed[0].amount_minor = 1000;
  EXPECT_EQ(reason(1), "PAYMENT_DISPUTED");
  EXPECT_EQ(NextStep(payment, {Operation::kRefund, want(1, Bound::kAtMost)}), Step::kSettle);
}

TEST(Dispute, OfWhatIsNotEarned_TakesNothingOfTheShop) {
  const auto sale = ASale();
  const auto dispute = Of(sale, 2000, 2000);
  const auto taken = TakeDisputed(sale, 2000, dispute.id);
  EXPECT_EQ(taken.sale.disputes, 1);
  EXPECT_EQ(taken.sale.Totals(), SaleTotals());
  EXPECT_EQ(Texts(EntryOfOpening(dispute, taken)), "DISPUTE_OPENED disputes 2000 psp_clearing -2000");
  // Delivered meanwhile, nothing is earned of it; won, all of it.
  const auto earned = Settled(taken.sale, false);
  const auto back = GiveBackDisputed(earned, taken.share, dispute.id, kNoon);
  EXPECT_EQ(Texts(EntryOfWinning(dispute, back)),
            "DISPUTE_WON disputes -2000 psp_clearing 2000 order_escrow 2000 seller_pending -1800 "
            "commission_revenue -200");
}

TEST(Dispute, OfWhatIsEarned_TakesAndGivesBackAllOfIt) {
  for (const bool released : {false, true}) {
    const auto sale = Settled(ASale(), released, kTenPercentKept);
    EXPECT_EQ(sale.reserve_minor, released ? 180 : 0);
    const auto dispute = Of(sale, 1000, 1000);
    const auto taken = TakeDisputed(sale, 1000, dispute.id);
    EXPECT_EQ(Texts(EntryOfOpening(dispute, taken)),
              released
                  ? "DISPUTE_OPENED disputes 1000 psp_clearing -1000 order_escrow -1000 seller_available 720 "
                    "seller_reserve 180 commission_revenue 100"
                  : "DISPUTE_OPENED disputes 1000 psp_clearing -1000 order_escrow -1000 seller_pending 900 "
                    "commission_revenue 100");
    const auto back = GiveBackDisputed(taken.sale, taken.share, dispute.id, kNoon);
    EXPECT_EQ(back.sale.Totals(), sale.Totals());
    EXPECT_EQ(back.sale.reserve_minor, sale.reserve_minor);
    EXPECT_EQ(back.sale.disputes, 0);
    for (std::size_t i = 0; i < sale.lines.size(); ++i)
      EXPECT_EQ(back.sale.lines[i].refunded_minor, sale.lines[i].refunded_minor);
    Texts(EntryOfWinning(dispute, back));
    // When the time of what was kept back is over, its shop has that too.
    const auto late = GiveBackDisputed(taken.sale, taken.share, dispute.id, kNoon + std::chrono::days(31));
    EXPECT_EQ(late.move.available_minor, released ? 900 : 0);
  }
}

TEST(Dispute, ThatIsLost_HasGoneBack) {
  const auto sale = ASale();
  EXPECT_EQ(Texts(EntryOfLosing(Of(sale, 2000, 2000))), "DISPUTE_LOST order_escrow 2000 disputes -2000");
  EXPECT_EQ(Texts(EntryOfLosing(Of(sale, 2000, 1500))),
            "DISPUTE_LOST order_escrow 1500 goodwill 500 disputes -2000");
}

TEST(Dispute, HoldsItsSale) {
  auto sale = TakeDisputed(Settled(ASale(), false), 1000, DisputeId::New()).sale;
  sale.completed_at = kNoon;
  const auto held = Settle(sale, {}, kTenPercentKept, kNoon);
  EXPECT_EQ(held.sale.state, SaleState::kEarned);
  EXPECT_TRUE(held.moves.empty());
  sale.disputes = 0;
  EXPECT_EQ(Settle(sale, {}, kTenPercentKept, kNoon).sale.state, SaleState::kReleased);
  // What is kept back stays so, and nobody looks again and again.
  auto kept = Settled(ASale(), true, kTenPercentKept);
  kept.disputes = 1;
  const auto later = Settle(kept, {}, kTenPercentKept, kNoon + std::chrono::days(31));
  EXPECT_TRUE(later.moves.empty());
  EXPECT_EQ(later.next, std::nullopt);
}

TEST(Dispute, WithRefundsBeforeAndMeanwhile_GivesBackWhatItTook) {
  auto sale = Settled(ASale(), true);
  const SaleRefund before{.id = RefundId::New(), .amount_minor = 333, .lines = {}};
  sale = Settle(std::move(sale), std::array{before}, {}, kNoon).sale;
  const auto dispute = DisputeId::New();
  const auto taken = TakeDisputed(sale, 1000, dispute);
  const SaleRefund meanwhile{.id = RefundId::New(), .amount_minor = 600, .lines = {}};
  const auto settled = Settle(taken.sale, std::array{meanwhile}, {}, kNoon);
  const auto back = GiveBackDisputed(settled.sale, taken.share, dispute, kNoon);
  EXPECT_EQ(back.sale.Totals().paid_minor, 2000 - 333 - 600);
  EXPECT_EQ(back.sale.Totals().commission_minor,
            back.sale.lines[0].fee.commission_minor + back.sale.lines[1].fee.commission_minor);
  for (const auto& line : back.sale.lines) {
    EXPECT_GE(line.refunded_minor, 0);
    EXPECT_LE(line.refunded_minor, line.paid_minor);
  }
  EXPECT_THROW(TakeDisputed(settled.sale, 2000, dispute), std::logic_error);
}

}  // namespace
}  // namespace market::payment::domain
