#include "services/payment/domain/settlement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace market::payment::domain {
namespace {

using std::chrono::days;

const Time kSoldAt{days(20'000)};
const auto kEuros = Currency::Parse("EUR");

CommissionTerms Percent(std::int64_t ppm) { return {.rule = CommissionRuleId::New(), .percentage_ppm = ppm}; }

SaleLine ALine(std::int64_t paid, std::optional<CommissionTerms> terms = Percent(100'000),
               std::int64_t quantity = 1, std::int64_t funded = 0) {
  SaleLine line;
  line.id = LineId::New();
  line.product = ProductId::New();
  line.quantity = quantity;
  line.unit_price_minor = (paid + funded) / quantity;
  line.paid_minor = paid;
  line.funded_minor = funded;
  line.terms = std::move(terms);
  return line;
}

Sale ASale(std::vector<SaleLine> lines, SaleDelivery delivery = {}) {
  Sale sale;
  sale.id = SellerOrderId::New();
  sale.order = OrderId::New();
  sale.seller = SellerId::New();
  sale.currency = kEuros;
  sale.lines = std::move(lines);
  sale.delivery = delivery;
  sale.placed_at = kSoldAt;
  Open(sale);
  return sale;
}

SaleRefund Back(std::int64_t amount, std::vector<RefundedLine> lines = {}) {
  return {.id = RefundId::New(), .amount_minor = amount, .lines = std::move(lines)};
}

// A sale and the books of the marketplace about it alone: what its buyer paid is in escrow.
class Books {
 public:
  explicit Books(Sale sold, ReserveTerms reserve = {}) : sale(std::move(sold)), reserve_(reserve) {
    Post(LedgerAccount::kPspClearing, sale.Paid());
    Post(LedgerAccount::kOrderEscrow, -sale.Paid());
  }
  void Refund(const SaleRefund& refund) {
    Post(LedgerAccount::kOrderEscrow, refund.amount_minor);
    Post(LedgerAccount::kPspClearing, -refund.amount_minor);
    fresh_.push_back(refund);
  }
  // Gives which entries were booked.
  std::string Settle(Time now = kSoldAt) {
    auto settled = domain::Settle(std::move(sale), fresh_, reserve_, now);
    fresh_.clear();
    sale = std::move(settled.sale);
    next = settled.next;
    std::string causes;
    for (const auto& move : settled.moves) {
      const auto entry = EntryOf(sale, move);
      if (!entry) continue;
      causes.append(causes.empty() ? "" : " ").append(Name(entry->cause));
      std::int64_t sum = 0;
      for (const auto& posting : entry->postings) {
        sum += posting.amount_minor;
        Post(posting.account, posting.amount_minor);
        const bool sellers = posting.account == LedgerAccount::kSellerPending ||
                             posting.account == LedgerAccount::kSellerAvailable ||
                             posting.account == LedgerAccount::kSellerReserve;
        EXPECT_EQ(posting.owner.has_value(), sellers);
      }
      EXPECT_EQ(sum, 0) << Name(entry->cause);
      EXPECT_EQ(entry->seller_order, sale.id);
    }
    return causes;
  }
  void Deliver() { sale.delivered_at = kSoldAt; }
  void Complete() { sale.completed_at = kSoldAt; }
  // As people count: what is owed is positive.
  std::int64_t Of(LedgerAccount account) { return -accounts_[account]; }

  Sale sale;
  std::optional<Time> next;

 private:
  void Post(LedgerAccount account, std::int64_t amount) { accounts_[account] += amount; }

  ReserveTerms reserve_;
  std::vector<SaleRefund> fresh_;
  std::map<LedgerAccount, std::int64_t> accounts_;
};

using enum LedgerAccount;

TEST(Settlement, ASaleIsEarnedWhenDelivered_AndAvailableWhenCompleted) {
  auto terms = Percent(100'000);
  terms.tax_ppm = 190'000;
  Books books(ASale({ALine(10'000, terms)}, {.paid_minor = 490}));
  EXPECT_EQ(books.Settle(), "") << "it was only placed";
  books.Deliver();
  EXPECT_EQ(books.Settle(), "EARNING");
  EXPECT_EQ(books.Settle(), "") << "once";
  EXPECT_EQ(books.Of(kOrderEscrow), 0);
  EXPECT_EQ(books.Of(kCommissionRevenue), 1000);
  EXPECT_EQ(books.Of(kCommissionTax), 190);
  EXPECT_EQ(books.Of(kSellerPending), 10'000 + 490 - 1000 - 190);
  books.Complete();
  EXPECT_EQ(books.Settle(), "RELEASE");
  EXPECT_EQ(books.Of(kSellerPending), 0);
  EXPECT_EQ(books.Of(kSellerAvailable), 9300);
  EXPECT_EQ(books.Settle(), "");
}

TEST(Settlement, WhatIsCompletedWasDelivered) {
  Books books(ASale({ALine(1000)}));
  books.Complete();
  EXPECT_EQ(books.Settle(), "EARNING RELEASE");
  EXPECT_EQ(books.Of(kSellerAvailable), 900);
}

TEST(Settlement, OfNothingAtAll_NothingIsBooked) {
  Books books(ASale({ALine(0)}));
  books.Complete();
  EXPECT_EQ(books.Settle(), "");
  EXPECT_EQ(books.sale.state, SaleState::kReleased);
}

TEST(Settlement, WhatWentBackBeforeItWasEarned_IsNotEarned) {
  Books books(ASale({ALine(3000, Percent(100'000), 3)}, {.paid_minor = 500}));
  books.Refund(Back(1000, {{books.sale.lines[0].id, 1, 1000}}));
  EXPECT_EQ(books.Settle(), "");
  books.Deliver();
  EXPECT_EQ(books.Settle(), "EARNING");
  EXPECT_EQ(books.Of(kCommissionRevenue), 200);
  EXPECT_EQ(books.Of(kSellerPending), 2300);
  EXPECT_EQ(books.Of(kOrderEscrow), 0);
}

TEST(Settlement, ARefundAfterwards_IsTakenFromWhereTheMoneyIs) {
  Books pending(ASale({ALine(1000)}));
  pending.Deliver();
  pending.Settle();
  pending.Refund(Back(500));
  EXPECT_EQ(pending.Settle(), "CLAWBACK");
  EXPECT_EQ(pending.Of(kSellerPending), 450);
  EXPECT_EQ(pending.Of(kCommissionRevenue), 50);
  EXPECT_EQ(pending.Of(kOrderEscrow), 0);

  Books reserved(ASale({ALine(1000)}), {.ppm = 200'000, .kept = days(90)});
  reserved.Complete();
  EXPECT_EQ(reserved.Settle(), "EARNING RELEASE");
  EXPECT_EQ(reserved.Of(kSellerReserve), 180);
  EXPECT_EQ(reserved.Of(kSellerAvailable), 720);
  EXPECT_EQ(reserved.next, kSoldAt + days(90));
  reserved.Refund(Back(100));
  EXPECT_EQ(reserved.Settle(), "CLAWBACK");
  EXPECT_EQ(reserved.Of(kSellerReserve), 90) << "what is kept back is for that";
  EXPECT_EQ(reserved.Of(kSellerAvailable), 720);
  EXPECT_EQ(reserved.Settle(kSoldAt + days(89)), "");
  EXPECT_EQ(reserved.Settle(kSoldAt + days(90)), "RESERVE_RELEASE");
  EXPECT_EQ(reserved.Of(kSellerReserve), 0);
  EXPECT_EQ(reserved.Of(kSellerAvailable), 810);
  EXPECT_EQ(reserved.next, std::nullopt);
  EXPECT_EQ(reserved.Settle(kSoldAt + days(91)), "");
}

// Mission 4.3, by name.

CommissionTerms Taxed(std::int64_t ppm) {
  auto terms = Percent(100'000);
  terms.tax_ppm = ppm;
  return terms;
}

TEST(Fees, AreKnownByTheRateOfTheirTax) {
  auto sale = ASale(
      {ALine(1'000, Taxed(190'000)), ALine(2'000, Taxed(190'000)), ALine(500, Taxed(0)), ALine(700, {})});
  EXPECT_EQ(sale.Fees(), (FeesByRate{{0, {50, 0}}, {190'000, {300, 57}}}));
  sale.delivered_at = kSoldAt;
  auto earned = Settle(sale, {}, {}, kSoldAt);
  ASSERT_EQ(earned.moves.size(), 1u);
  EXPECT_EQ(earned.moves[0].fees, sale.Fees());
  EXPECT_EQ(earned.moves[0].change.commission_minor, 350);
  const auto back = Back(1'000, {{earned.sale.lines[0].id, 1, 1'000}});
  const auto clawed = Settle(earned.sale, std::vector{back}, {}, kSoldAt);
  ASSERT_EQ(clawed.moves.size(), 1u);
  EXPECT_EQ(clawed.moves[0].fees, (FeesByRate{{190'000, {-100, -19}}}))
      << "and nothing of the rate it left alone";
  EXPECT_EQ(clawed.moves[0].change.commission_minor, -100);
  const auto rest = Back(3'200);
  const auto gone = Settle(clawed.sale, std::vector{rest}, {}, kSoldAt);
  EXPECT_EQ(gone.moves[0].fees, (FeesByRate{{0, {-50, 0}}, {190'000, {-200, -38}}}));
}

TEST(Acceptance, RateChangeBetweenTwoCapturesThenRefundOfTheFirst) {
  Books first(ASale({ALine(10'000, Percent(100'000))}));
  Books second(ASale({ALine(10'000, Percent(200'000))}));
  for (auto* sold : {&first, &second}) {
    sold->Deliver();
    sold->Settle();
  }
  first.Refund(Back(10'000));
  first.Settle();
  EXPECT_EQ(first.Of(kCommissionRevenue), 0) << "at the rate that it was sold at";
  EXPECT_EQ(first.Of(kSellerPending), 0);
  EXPECT_EQ(second.Of(kCommissionRevenue), 2000);
}

TEST(Acceptance, RefundByAmountWithNoLines) {
  Books books(ASale({ALine(1000, Percent(100'000)), ALine(2000, Percent(200'000))}, {.paid_minor = 333}));
  books.Deliver();
  books.Settle();
  books.Refund(Back(1000));
  EXPECT_EQ(books.Settle(), "CLAWBACK");
  EXPECT_EQ(books.sale.lines[0].refunded_minor, 300);
  EXPECT_EQ(books.sale.lines[1].refunded_minor, 600);
  EXPECT_EQ(books.sale.delivery.refunded_minor, 100);
  EXPECT_EQ(books.Of(kCommissionRevenue), 70 + 280);
  EXPECT_EQ(books.Of(kSellerPending), 3333 - 1000 - 350);
  EXPECT_EQ(books.Of(kOrderEscrow), 0);
}

TEST(Acceptance, PlatformCouponLeavesSellerNetIntact) {
  Books without(ASale({ALine(10'000)}, {.paid_minor = 490}));
  Books with(ASale({ALine(7500, Percent(100'000), 1, 2500)}, {.paid_minor = 0, .funded_minor = 490}));
  for (auto* sold : {&without, &with}) {
    sold->Deliver();
    EXPECT_EQ(sold->Settle(), "EARNING");
  }
  EXPECT_EQ(with.Of(kSellerPending), without.Of(kSellerPending));
  EXPECT_EQ(with.Of(kCommissionRevenue), without.Of(kCommissionRevenue));
  EXPECT_EQ(with.Of(kCouponFunding), -2990);
  with.Refund(Back(7500, {{with.sale.lines[0].id, 1, 7500}}));
  with.Settle();
  EXPECT_EQ(with.Of(kCouponFunding), 0) << "who bears nothing of what is not sold";
  EXPECT_EQ(with.Of(kSellerPending), 0);
  EXPECT_EQ(with.Of(kCommissionRevenue), 0);
}

// Of a cart of two shops; the coupon of one took 1,000 off its line, and none of it is the marketplace's.
TEST(Acceptance, SellerOnlyCouponInATwoSellerCart) {
  Books its_own(ASale({ALine(9000)}));
  Books the_others(ASale({ALine(10'000)}));
  for (auto* sold : {&its_own, &the_others}) {
    sold->Deliver();
    sold->Settle();
    EXPECT_EQ(sold->Of(kCouponFunding), 0);
    EXPECT_EQ(sold->Of(kOrderEscrow), 0);
  }
  EXPECT_EQ(its_own.Of(kSellerPending), 8100);
  EXPECT_EQ(the_others.Of(kSellerPending), 9000);
}

TEST(Acceptance, FirstPartyAndTwoSellersWithDifferentShipping) {
  auto with_delivery = Percent(100'000);
  with_delivery.on_delivery = true;
  Books first_party(ASale({ALine(5000, std::nullopt)}));
  Books flat(ASale({ALine(5000)}, {.paid_minor = 490}));
  Books dear(ASale({ALine(3000, with_delivery), ALine(2000, Percent(100'000))}, {.paid_minor = 1000}));
  for (auto* sold : {&first_party, &flat, &dear}) {
    sold->Deliver();
    sold->Settle();
    EXPECT_EQ(sold->Of(kOrderEscrow), 0);
  }
  EXPECT_EQ(first_party.Of(kSellerPending), 5000) << "a rule of none takes nothing";
  EXPECT_EQ(flat.Of(kCommissionRevenue), 500) << "of the line alone";
  EXPECT_EQ(dear.Of(kCommissionRevenue), 300 + 200 + 60) << "and of its share of the delivery";
  EXPECT_EQ(dear.Of(kSellerPending), 6000 - 560);
}

// 10 units of 9.99 with their tax in it, 25 % off.
TEST(Acceptance, TenTaxInclusiveLinesWith25PercentOffRefundedInFullAndInParts) {
  const auto paid = 9990 - 2498;
  for (const std::int64_t step : {10, 1, 3}) {
    auto terms = Percent(123'456);
    terms.tax_ppm = 190'000;
    Books books(ASale({ALine(paid, terms, 10)}));
    books.Deliver();
    books.Settle();
    const auto whole = books.sale.Totals();
    for (std::int64_t gone = 0; gone < 10;) {
      const auto units = std::min<std::int64_t>(step, 10 - gone);
      const auto upto = [&](std::int64_t n) { return (2 * paid * n + 10) / 20; };
      const auto amount = upto(gone + units) - upto(gone);
      gone += units;
      books.Refund(Back(amount, {{books.sale.lines[0].id, units, amount}}));
      EXPECT_EQ(books.Settle(), "CLAWBACK");
      EXPECT_EQ(books.Of(kOrderEscrow), 0);
      EXPECT_EQ(books.sale.Totals().Net(), books.Of(kSellerPending));
      EXPECT_EQ(books.Of(kCommissionRevenue), FeeOf(terms, paid - upto(gone), 10 - gone).commission_minor);
    }
    EXPECT_GT(whole.Net(), 0);
    EXPECT_EQ(books.sale.Totals(), SaleTotals{});
    EXPECT_EQ(books.Of(kSellerPending), 0);
    EXPECT_EQ(books.Of(kCommissionRevenue), 0);
    EXPECT_EQ(books.Of(kCommissionTax), 0);
  }
}

TEST(Acceptance, RefundAfterPayoutThenANewSaleNets) {
  Books books(ASale({ALine(1000)}));
  books.Complete();
  books.Settle();
  auto available = books.Of(kSellerAvailable) - 900;  // paid out
  books.Refund(Back(1000));
  EXPECT_EQ(books.Settle(), "CLAWBACK");
  available += books.Of(kSellerAvailable) - 900;
  EXPECT_EQ(available, -900);
  Books next(ASale({ALine(3000)}));
  next.Complete();
  next.Settle();
  EXPECT_EQ(available + next.Of(kSellerAvailable), 1800);
}

// What a fixed amount and a floor come to when less is left.

TEST(Commission, AFixedAmount_IsOfTheUnitsThatAreLeft) {
  auto terms = Percent(0);
  terms.fixed_minor = 50;
  Books books(ASale({ALine(1000, terms, 4)}));
  books.Deliver();
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 200);
  books.Refund(Back(250, {{books.sale.lines[0].id, 1, 250}}));
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 150);
  books.Refund(Back(10));
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 150) << "three are paid for still";
  books.Refund(Back(740));
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 0);
  EXPECT_EQ(books.Of(kSellerPending), 0);
}

TEST(Commission, AFloor_TakesNeverMoreThanIsLeft) {
  auto terms = Percent(10'000);
  terms.floor_minor = 80;
  terms.on_delivery = true;
  Books books(ASale({ALine(1000, terms)}, {.paid_minor = 500}));
  books.Deliver();
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 80);
  books.Refund(Back(970, {{books.sale.lines[0].id, 1, 970}}));
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 80);
  books.Refund(Back(30, {{books.sale.lines[0].id, 1, 30}}));
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 5) << "of its line nothing is left: 1 % of the delivery";
  books.Refund(Back(500));
  books.Settle();
  EXPECT_EQ(books.Of(kCommissionRevenue), 0);
}

// What cost nothing is given back in units.
TEST(Funded, OfWhatCostNothing_GoesWithItsUnits) {
  Books books(ASale({ALine(0, Percent(100'000), 4, 1000)}, {.paid_minor = 0, .funded_minor = 400}));
  books.Deliver();
  EXPECT_EQ(books.Settle(), "EARNING");
  EXPECT_EQ(books.Of(kSellerPending), 1300);
  const auto line = books.sale.lines[0].id;
  books.Refund(Back(0, {{line, 1, 0}}));
  EXPECT_EQ(books.Settle(), "CLAWBACK");
  EXPECT_EQ(books.Of(kCouponFunding), -1150);
  EXPECT_EQ(books.Of(kSellerPending), 1150 - 75);
  books.Refund(Back(0, {{line, 3, 0}}));
  books.Settle();
  EXPECT_EQ(books.Of(kCouponFunding), 0);
  EXPECT_EQ(books.Of(kSellerPending), 0);
}

TEST(Settlement, MoreThanWasPaid_IsRefused) {
  Books books(ASale({ALine(1000)}));
  books.Refund(Back(1001));
  EXPECT_THROW(books.Settle(), std::logic_error);
  Books other(ASale({ALine(1000)}));
  other.Refund(Back(10, {{LineId::New(), 1, 10}}));
  EXPECT_THROW(other.Settle(), std::logic_error);
}

// Another way to count the same: what each line and the delivery came to by hand, from the sums of what went back.
std::int64_t NaiveCommission(const Sale& sale) {
  std::int64_t commission = 0;
  for (const auto& line : sale.lines) {
    if (!line.terms) continue;
    const auto left = line.paid_minor - line.refunded_minor + line.funded_left_minor;
    const auto sold = line.paid_minor + line.funded_minor;
    const auto units =
        sold == 0
            ? 0
            : static_cast<std::int64_t>(std::ceil(static_cast<long double>(line.quantity) * left / sold));
    auto fee = static_cast<std::int64_t>(
                   std::floor(static_cast<long double>(left) * line.terms->percentage_ppm / 1e6L + 0.5L)) +
               units * line.terms->fixed_minor;
    if (left > 0) fee = std::max(fee, line.terms->floor_minor);
    if (line.terms->cap_minor) fee = std::min(fee, *line.terms->cap_minor);
    commission += std::min(fee, left);
  }
  return commission;
}

TEST(Settlement_Property, HoweverASaleGoes_TheBooksAreThoseOfASecondModel) {
  std::minstd_rand random(20'261'130);
  const auto upto = [&](std::int64_t most) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(most + 1));
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<SaleLine> lines;
    for (auto n = 1 + upto(3); n > 0; --n) {
      std::optional<CommissionTerms> terms;
      if (upto(4) > 0) {
        terms = Percent(upto(300'000));
        terms->fixed_minor = upto(2) * upto(40);
        terms->floor_minor = upto(1) * upto(60);
        if (upto(2) == 0) terms->cap_minor = terms->floor_minor + upto(200);
        terms->tax_ppm = upto(1) * 190'000;
      }
      lines.push_back(ALine(upto(3) == 0 ? 0 : upto(5000), terms, 1 + upto(4), upto(2) * upto(800)));
    }
    Books books(ASale(lines, {.paid_minor = upto(2) * upto(600), .funded_minor = upto(1) * upto(300)}),
                {.ppm = upto(1) * upto(400'000), .kept = days(10)});
    auto left = books.sale.Paid();
    std::int64_t back = 0;
    auto now = kSoldAt;
    const auto check = [&] {
      const auto totals = books.sale.Totals();
      const bool earned = books.sale.state != SaleState::kPlaced;
      const auto shop = books.Of(kSellerPending) + books.Of(kSellerAvailable) + books.Of(kSellerReserve);
      ASSERT_EQ(books.sale.Paid() - totals.paid_minor, back);
      ASSERT_EQ(totals.commission_minor, NaiveCommission(books.sale));
      ASSERT_EQ(books.Of(kPspClearing), -(books.sale.Paid() - back));
      ASSERT_EQ(books.Of(kOrderEscrow), earned ? 0 : books.sale.Paid() - back);
      ASSERT_EQ(shop, earned ? totals.Net() : 0);
      ASSERT_EQ(books.Of(kCommissionRevenue), earned ? totals.commission_minor : 0);
      ASSERT_EQ(books.Of(kCouponFunding), earned ? -totals.funded_minor : 0);
      ASSERT_EQ(books.Of(kSellerReserve), books.sale.reserve_minor);
      ASSERT_GE(totals.Net(), 0) << "a shop pays for nothing that is not sold";
    };
    for (int step = 0; step < 8; ++step) {
      switch (upto(4)) {
        case 0:
          books.Deliver();
          break;
        case 1:
          if (upto(1) == 0) books.Complete();
          break;
        case 2:
          now += days(6);
          break;
        default: {
          const auto amount = upto(2) == 0 ? left : upto(left);
          std::vector<RefundedLine> named;
          if (upto(1) == 0) {
            const auto& line = books.sale.lines[static_cast<std::size_t>(
                upto(static_cast<std::int64_t>(books.sale.lines.size()) - 1))];
            named.push_back({line.id, 1 + upto(line.quantity - 1), upto(amount)});
          }
          books.Refund(Back(amount, std::move(named)));
          left -= amount;
          back += amount;
        }
      }
      books.Settle(now);
      check();
    }
    // All of it goes back, and every unit.
    std::vector<RefundedLine> all;
    for (const auto& line : books.sale.lines) {
      all.push_back({line.id, line.quantity, line.paid_minor - line.refunded_minor});
    }
    books.Refund(Back(left, std::move(all)));
    back += left;
    books.Settle(now);
    check();
    ASSERT_EQ(books.sale.Totals(), SaleTotals{}) << round;
  }
}

}  // namespace
}  // namespace market::payment::domain
