#include "services/payment/storage/sales.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "marketplace/payment/v1/events.pb.h"
#include "platform/runtime/both.hpp"
#include "platform/runtime/one_shot.hpp"
#include "platform/testing/reason_of.hpp"
#include "platform/testing/run_loop.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/testing/payments_fixture.hpp"
#include "services/payment/testing/sales_fixture.hpp"

namespace market::payment::storage {
namespace {

using domain::LedgerCause;
using domain::SaleState;
using market::testing::Eventually;
using market::testing::ReasonOf;
using namespace std::chrono_literals;

constexpr postgres::Statement kChangePayment{"test.change_payment",
                                             "UPDATE payment SET version = version + 1 WHERE id = $1"};
constexpr postgres::Statement kRefundNothing{"test.refund_nothing", R"sql(
  INSERT INTO refund (id, payment_id, seller_order_id, amount_minor, state, reason, created_at, updated_at)
  VALUES ($1, $2, $3, 0, 'SUCCEEDED', 'cancelled at once', market_now(), market_now()))sql"};

struct Shop {
  Shop(Payments& kept, postgres::Database& where)
      : payments(kept), database(where), sales(where), ledger(where) {}

  // A payment that was captured, and the sale of its second part.
  Task<domain::Sale> Sold() {
    payment = ADraft();
    co_await Done(payments, payment, Operation::kAuthorize);
    co_await Done(payments, payment, Operation::kCapture);
    sale = SaleOf(payment, 1);
    co_await sales.Place(Soon(), AnEvent(), sale);
    co_return sale;
  }
  Task<> Deliver() { co_await sales.Delivered(Soon(), AnEvent(), sale.id, Now()); }
  Task<> Complete() { co_await sales.Completed(Soon(), AnEvent(), sale.id, Now()); }
  Task<> Settle(domain::ReserveTerms reserve = {}) { return sales.Settle(Soon(), sale.id, reserve); }
  Task<domain::Sale> Read() {
    const auto found = co_await sales.List(Soon(), {.seller = sale.seller, .state = {}, .placed = {}}, {}, 2);
    EXPECT_EQ(found.size(), 1U);
    co_return found.at(0);
  }
  // "pending available reserve".
  Task<std::string> Balance() {
    const auto balances = co_await ledger.OfSeller(Soon(), sale.seller);
    if (balances.empty()) co_return "";
    const auto& b = balances.at(0);
    co_return std::to_string(b.pending_minor) + ' ' + std::to_string(b.available_minor) + ' ' +
        std::to_string(b.reserve_minor);
  }
  std::string Of(const std::string& column) const {
    return Disk().Execute("SELECT " + column + " FROM sale WHERE seller_order_id = '" + sale.id.ToString() +
                          "'");
  }
  std::string Events() const { return events::Told(Disk(), "sale/" + sale.id.ToString()); }

  Payments& payments;
  postgres::Database& database;
  Sales sales;
  Ledger ledger;
  domain::Payment payment;
  domain::Sale sale;
};

template <class Body>
void WithShop(Body body) {
  WithPayments([&](Payments& payments, postgres::Database& database) -> Task<> {
    Shop shop(payments, database);
    co_await body(shop);
  });
}

TEST(Sales, ASale_IsReadAsItWasPlaced) {
  WithShop([](Shop& shop) -> Task<> {
    const auto sale = co_await shop.Sold();
    const auto read = co_await shop.Read();
    EXPECT_EQ(read.id, sale.id);
    EXPECT_EQ(read.order, sale.order);
    EXPECT_EQ(read.number, sale.number);
    EXPECT_EQ(read.currency, sale.currency);
    EXPECT_EQ(read.state, SaleState::kPlaced);
    EXPECT_EQ(read.delivery.paid_minor, 100);
    EXPECT_EQ(read.Totals(), sale.Totals());
    EXPECT_EQ(read.lines.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(read.lines[i].id, sale.lines[i].id);
      EXPECT_EQ(read.lines[i].categories, sale.lines[i].categories);
      EXPECT_EQ(read.lines[i].terms, sale.lines[i].terms);
      EXPECT_EQ(read.lines[i].paid_minor, sale.lines[i].paid_minor);
      EXPECT_EQ(read.lines[i].quantity, 2);
    }
    co_await shop.sales.Place(Soon(), AnEvent(), sale);
    EXPECT_EQ((co_await shop.Read()).lines.size(), 2U) << "told twice, it is one";
    EXPECT_EQ(shop.Of("next_run_at IS NULL"), "t");
    for (const auto* change : {"UPDATE sale SET delivery_minor = 1", "DELETE FROM sale_line",
                               "UPDATE sale_line SET percentage_ppm = 0", "DELETE FROM sale",
                               "UPDATE sale_line SET paid_minor = 5"}) {
      EXPECT_NE(Refusal(change), "") << change;
    }
  });
}

TEST(Sales, FromItsDeliveryToItsReserve_EachStepIsBookedOnce) {
  WithShop([](Shop& shop) -> Task<> {
    co_await shop.Sold();
    const domain::ReserveTerms reserve{.ppm = 100'000, .kept = 24h};
    co_await shop.Deliver();
    co_await shop.Settle(reserve);
    EXPECT_EQ(co_await shop.Balance(), "1810 0 0");
    EXPECT_EQ(shop.Events(), "payment.SaleEarned 3");
    EXPECT_EQ(shop.Of("next_run_at IS NULL AND earned_at IS NOT NULL"), "t");
    co_await shop.Deliver();
    co_await shop.Settle(reserve);
    EXPECT_EQ(co_await shop.Balance(), "1810 0 0");
    co_await shop.Complete();
    co_await shop.Settle(reserve);
    EXPECT_EQ(co_await shop.Balance(), "0 1629 181");
    EXPECT_EQ(shop.Of("next_run_at = reserve_until AND state = 'RELEASED'"), "t");
    Disk().Execute("UPDATE sale SET reserve_until = market_now() WHERE seller_order_id = '" +
                   shop.sale.id.ToString() + "'");
    co_await shop.Settle(reserve);
    EXPECT_EQ(co_await shop.Balance(), "0 1810 0");
    EXPECT_EQ(shop.Events(), "payment.SaleEarned 3, payment.SaleReleased 7, payment.SaleReserveReleased 8");
    const auto told =
        events::LastTold<marketplace::payment::v1::SaleEarned>(Disk(), "sale/" + shop.sale.id.ToString());
    EXPECT_EQ(told.paid().amount(), 2000);
    EXPECT_EQ(told.commission().amount(), 190);
    EXPECT_EQ(told.net().amount(), 1810);
    EXPECT_EQ(told.seller_id(), shop.sale.seller.ToString());

    const auto all = co_await shop.ledger.ListOfSeller(
        Soon(), {.seller = shop.sale.seller, .currency = {}, .created = {}}, {}, 10);
    EXPECT_EQ(all.size(), 3U);
    EXPECT_EQ(all.at(0).cause, LedgerCause::kReserveRelease);
    EXPECT_EQ(all.at(2).cause, LedgerCause::kEarning);
    EXPECT_EQ(all.at(2).seller_order, shop.sale.id);
    EXPECT_EQ(all.at(2).payment, shop.payment.id);
    EXPECT_EQ(all.at(2).postings.size(), 1U) << "its own, and nobody else's";
  });
}

TEST(Sales, ARefund_MarksItsSale_AndIsTakenBackOnce) {
  WithShop([](Shop& shop) -> Task<> {
    co_await shop.Sold();
    co_await GivenBack(shop.payments, shop.payment, 1, 500);
    EXPECT_EQ(shop.Of("next_run_at <= market_now()"), "t");
    co_await shop.Settle();
    EXPECT_EQ(shop.Events(), "") << "what is not earned is not taken back";
    EXPECT_EQ((co_await shop.Read()).Totals().paid_minor, 1500);
    co_await shop.Complete();
    co_await shop.Settle();
    EXPECT_EQ(co_await shop.Balance(), "0 1357 0");
    const auto refund = co_await GivenBack(shop.payments, shop.payment, 1, 1500);
    co_await shop.Settle();
    co_await shop.Settle();
    EXPECT_EQ(co_await shop.Balance(), "0 0 0");
    const auto told =
        events::LastTold<marketplace::payment::v1::SaleClawedBack>(Disk(), "sale/" + shop.sale.id.ToString());
    EXPECT_EQ(told.refund_id(), refund.ToString());
    EXPECT_EQ(told.refunded().amount(), 1500);
    EXPECT_EQ(told.net().amount(), 1357);
    const auto entries = co_await shop.ledger.ListOfSeller(
        Soon(), {.seller = shop.sale.seller, .currency = "EUR", .created = {}}, {}, 1);
    EXPECT_EQ(entries.at(0).cause, LedgerCause::kClawback);
    EXPECT_EQ(entries.at(0).cause_id, refund.Value());
    EXPECT_EQ((co_await shop.ledger.ListOfSeller(
                   Soon(), {.seller = shop.sale.seller, .currency = "USD", .created = {}}, {}, 1))
                  .size(),
              0U);
  });
}

// By the refund's own lines, as its order knew them.
TEST(Sales, ARefundOfLines_IsOfTheseLines) {
  WithShop([](Shop& shop) -> Task<> {
    const auto sale = co_await shop.Sold();
    auto after = shop.payment;
    domain::Promise(after,
                    {.id = domain::RefundId::New(),
                     .seller_order = sale.id,
                     .amount = Money{400, sale.currency},
                     .reason = "returned",
                     .lines = {{sale.lines[1].id, 1, 400}}},
                    Now());
    EXPECT_TRUE(co_await shop.payments.Write(Soon(), shop.payment, after, 1h));
    shop.payment = after;
    co_await Heard(shop.payments, shop.payment, *shop.payment.Pending(), {Kind::kDone, "auth", {}});
    co_await shop.Settle();
    const auto read = co_await shop.Read();
    EXPECT_EQ(read.lines[0].refunded_minor, 0);
    EXPECT_EQ(read.lines[1].refunded_minor, 400);
    EXPECT_EQ(read.lines[1].gone, 1);
    EXPECT_EQ(read.lines[1].fee.commission_minor, 30);
  });
}

TEST(Sales, ARefundThatWasFaster_IsCountedAllTheSame) {
  WithShop([](Shop& shop) -> Task<> {
    shop.payment = ADraft();
    co_await Done(shop.payments, shop.payment, Operation::kAuthorize);
    co_await Done(shop.payments, shop.payment, Operation::kCapture);
    co_await GivenBack(shop.payments, shop.payment, 1, 500);
    shop.sale = SaleOf(shop.payment, 1);
    co_await shop.sales.Place(Soon(), AnEvent(), shop.sale);
    EXPECT_EQ(shop.Of("next_run_at <= market_now()"), "t");
    co_await shop.Settle();
    EXPECT_EQ((co_await shop.Read()).Totals().paid_minor, 1500);
  });
}

// Its success is written in a transaction that finds no sale to mark, since the one that places it has not ended.
TEST(Sales, ARefundThatSucceedsMeanwhile_IsLookedFor) {
  WithShop([](Shop& shop) -> Task<> {
    shop.payment = ADraft();
    co_await Done(shop.payments, shop.payment, Operation::kAuthorize);
    co_await Done(shop.payments, shop.payment, Operation::kCapture);
    co_await GivenBack(shop.payments, shop.payment, 1, 500);
    Disk().Execute("UPDATE refund SET state = 'PENDING' WHERE payment_id = '" + shop.payment.id.ToString() +
                   "'");
    shop.sale = SaleOf(shop.payment, 1);
    co_await shop.sales.Place(Soon(), AnEvent(), shop.sale);
    EXPECT_EQ(shop.Of("next_run_at > market_now()"), "t");
  });
}

TEST(Sales, AnEventOfAnUnknownSale_IsToldAgain) {
  WithShop([](Shop& shop) -> Task<> {
    shop.payment = ADraft();
    shop.sale = SaleOf(shop.payment, 0);
    const auto event = AnEvent();
    const auto tell = [&]() { return shop.sales.Delivered(Soon(), event, shop.sale.id, Now()); };
    EXPECT_EQ(co_await ReasonOf(tell()), "UNAVAILABLE");
    co_await shop.sales.Place(Soon(), AnEvent(), shop.sale);
    co_await tell();
    EXPECT_EQ(shop.Of("delivered_at IS NOT NULL"), "t");
    EXPECT_EQ(co_await ReasonOf(shop.Settle()), "UNAVAILABLE") << "nobody has paid for it";
    EXPECT_EQ(co_await shop.Balance(), "");
    EXPECT_EQ(shop.Events(), "");
  });
}

TEST(Sales, SoldForSomethingElseThanWasPaid_IsNotEarned) {
  WithShop([](Shop& shop) -> Task<> {
    shop.payment = ADraft();
    co_await Done(shop.payments, shop.payment, Operation::kAuthorize);
    co_await Done(shop.payments, shop.payment, Operation::kCapture);
    shop.sale = SaleOf(shop.payment, 1);
    ++shop.sale.lines[0].paid_minor;
    co_await shop.sales.Place(Soon(), AnEvent(), shop.sale);
    co_await shop.Deliver();
    bool refused = false;
    try {
      co_await shop.Settle();
    } catch (const std::logic_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    EXPECT_EQ(co_await shop.Balance(), "");
  });
}

TEST(Sales, WhatIsDue_IsOnesForAWhile_AndParkedUntilSomethingHappens) {
  WithShop([](Shop& shop) -> Task<> {
    Disk().Execute("UPDATE sale SET next_run_at = NULL");
    co_await shop.Sold();
    EXPECT_EQ((co_await shop.sales.TakeDue(Soon(), 10, 1min)).size(), 0U);
    co_await shop.Deliver();
    const auto due = co_await shop.sales.TakeDue(Soon(), 10, 1min);
    EXPECT_EQ(due.size(), 1U);
    EXPECT_EQ(due.at(0).id, shop.sale.id);
    EXPECT_EQ((co_await shop.sales.TakeDue(Soon(), 10, 1min)).size(), 0U);
    co_await shop.sales.PutBack(Soon(), due.at(0),
                                {.why = "broken", .failures = 7, .then = runtime::Setback::Then::kParked});
    EXPECT_EQ(co_await shop.sales.CountParked(Soon()), 1);
    EXPECT_EQ((co_await shop.sales.TakeDue(Soon(), 10, 1min)).size(), 0U);
    co_await shop.Complete();
    EXPECT_EQ((co_await shop.sales.TakeDue(Soon(), 10, 0ms)).size(), 1U) << "it is tried again";
    co_await shop.sales.PutBack(Soon(), due.at(0), {.why = "late", .failures = 8});
    EXPECT_EQ(shop.Of("failures"), "0") << "somebody has written since";
    co_await shop.Settle();
    EXPECT_EQ(shop.Of("next_run_at IS NULL AND failures = 0"), "t");
  });
}

// As a refund is written: the payment's row, the refund, then the sale, where there is one.
TEST(Sales, PlacedWhileARefundIsWritten_IsDue) {
  WithShop([](Shop& shop) -> Task<> {
    shop.payment = ADraft();
    co_await Done(shop.payments, shop.payment, Operation::kAuthorize);
    co_await Done(shop.payments, shop.payment, Operation::kCapture);
    shop.sale = SaleOf(shop.payment, 1);
    runtime::OneShot<bool> written;
    bool placed = false;
    const auto write = [&](postgres::Tx& tx) -> Task<> {
      co_await tx.Execute(kChangePayment, shop.payment.id);
      co_await tx.Execute(kRefundNothing, domain::RefundId::New(), shop.payment.id, shop.sale.id);
      written.Set(true);
      co_await Eventually([&] {
        return placed || Disk().Execute(
                             "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                             "AND datname = current_database()") != "0";
      });
    };
    const auto refund = [&]() -> Task<int> {
      co_await shop.database.Transaction(Soon(), write);
      co_return 0;
    };
    const auto place = [&]() -> Task<int> {
      co_await written.Wait();
      co_await shop.sales.Place(Soon(), AnEvent(), shop.sale);
      placed = true;
      co_return 0;
    };
    co_await runtime::Both(refund(), place());
    EXPECT_EQ(shop.Of("next_run_at IS NOT NULL"), "t");
    co_await shop.Settle();
    EXPECT_EQ(shop.Of("(SELECT count(*) FROM sale_refund r WHERE r.seller_order_id = sale.seller_order_id)"),
              "1");
  });
}

// Two who settle one sale, and a refund meanwhile: whoever comes first, it is booked once, and nothing is missing in the end.
TEST(Sales, SettledByTwoWhileItIsRefunded_IsBookedOnce) {
  WithShop([](Shop& shop) -> Task<> {
    co_await shop.Sold();
    co_await shop.Complete();
    const auto refund = [&]() -> Task<int> {
      co_await GivenBack(shop.payments, shop.payment, 1, 1000);
      co_return 0;
    };
    const auto settle = [&]() -> Task<int> {
      co_await shop.Settle();
      co_return 0;
    };
    const auto both = [&]() -> Task<int> {
      co_await runtime::Both(settle(), settle());
      co_return 0;
    };
    co_await runtime::Both(both(), refund());
    co_await shop.Settle();
    const auto totals = (co_await shop.Read()).Totals();
    EXPECT_EQ(totals.paid_minor, 1000);
    EXPECT_EQ(co_await shop.Balance(), "0 " + std::to_string(totals.Net()) + " 0");
    const auto entries = co_await shop.ledger.ListOfSeller(
        Soon(), {.seller = shop.sale.seller, .currency = {}, .created = {}}, {}, 10);
    EXPECT_LE(entries.size(), 3U);
    EXPECT_GE(entries.size(), 2U);
  });
}

// What is charged of the sale, by rates, beside what the ledger has booked as commission for it.
std::string ChargedOf(const Shop& shop) {
  return Disk().Execute(
      "SELECT string_agg(concat_ws(' ', e.cause, c.rate_ppm, c.net_minor, c.tax_minor, c.booked_at = "
      "e.created_at), ', ' ORDER BY e.id, c.rate_ppm)"
      " FROM commission_charge c JOIN ledger_entry e ON e.id = c.entry_id WHERE c.seller_id = '" +
      shop.sale.seller.ToString() + "'");
}

TEST(Sales, TheirCommission_IsChargedByRates) {
  WithShop([](Shop& shop) -> Task<> {
    shop.payment = ADraft();
    co_await Done(shop.payments, shop.payment, Operation::kAuthorize);
    co_await Done(shop.payments, shop.payment, Operation::kCapture);
    shop.sale = SaleOf(shop.payment, 1);
    shop.sale.lines[0].terms->tax_ppm = 190'000;
    domain::Open(shop.sale);
    co_await shop.sales.Place(Soon(), AnEvent(), shop.sale);
    EXPECT_EQ(ChargedOf(shop), "");
    co_await shop.Complete();
    co_await shop.Settle();
    co_await shop.Settle();
    EXPECT_EQ(ChargedOf(shop), "EARNING 0 70 0 t, EARNING 190000 120 23 t");
    co_await GivenBack(shop.payments, shop.payment, 1, 2000);
    co_await shop.Settle();
    EXPECT_EQ(ChargedOf(shop),
              "EARNING 0 70 0 t, EARNING 190000 120 23 t, CLAWBACK 0 -70 0 t, CLAWBACK 190000 -120 -23 t");
    EXPECT_EQ(
        Disk().Execute("SELECT count(*) FROM commission_month WHERE invoice_id IS NULL AND seller_id = '" +
                       shop.sale.seller.ToString() + "'"),
        "1");
    EXPECT_EQ(Disk().Execute(
                  "SELECT -sum(p.amount_minor) FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id"
                  " WHERE e.seller_order_id = '" +
                  shop.sale.id.ToString() + "' AND p.account = 'commission_revenue'"),
              "0");
    EXPECT_NE(Refusal("DELETE FROM commission_charge"), "");
  });
}

TEST(Sales_List, IsNewestFirstWithinWhatIsAskedFor) {
  WithShop([](Shop& shop) -> Task<> {
    const auto first = co_await shop.Sold();
    auto second = SaleOf(ADraft(), 0);
    second.seller = first.seller;
    co_await shop.sales.Place(Soon(), AnEvent(), second);
    const auto of = [&](WantedSales wanted, std::optional<domain::SellerOrderId> after = {}) {
      return shop.sales.List(Soon(), wanted, after, 10);
    };
    const WantedSales all{.seller = first.seller, .state = {}, .placed = {}};
    const auto found = co_await of(all);
    EXPECT_EQ(found.size(), 2U);
    EXPECT_EQ(found.at(0).id, second.id);
    EXPECT_EQ(found.at(1).lines.size(), 2U);
    EXPECT_EQ((co_await of(all, second.id)).size(), 1U);
    EXPECT_EQ((co_await of({.seller = first.seller, .state = SaleState::kEarned, .placed = {}})).size(), 0U);
    const auto begin = first.placed_at;
    EXPECT_EQ(
        (co_await of({.seller = first.seller, .state = {}, .placed = {.from = begin, .to = {}}})).size(), 2U);
    EXPECT_EQ(
        (co_await of({.seller = first.seller, .state = {}, .placed = {.from = {}, .to = begin}})).size(), 0U);
    EXPECT_EQ((co_await of({.seller = SellerId::New(), .state = {}, .placed = {}})).size(), 0U);
  });
}

}  // namespace
}  // namespace market::payment::storage
