// Commission invoices on a real database: what they come to, their numbers, and that nothing changes them.
#include "services/payment/storage/commission_invoices.hpp"

#include <gtest/gtest.h>

#include <set>

#include "platform/runtime/task_group.hpp"
#include "services/payment/storage/operator_entries.hpp"
#include "services/payment/testing/commission_fixture.hpp"
#include "services/payment/testing/payments_fixture.hpp"

namespace market::payment::storage {
namespace {

using namespace std::chrono_literals;
using domain::CommissionInvoiceKind;
using domain::LedgerCause;

const Party kMarket{.name = "Market Ltd", .lines = {"1 Way"}, .country_code = "GB", .vat_number = "GB1"};
const Party kTrader{.name = "Ada & Söhne", .city = "Köln", .postal_code = "50667", .country_code = "DE"};

MonthToBill MayOf(const SellerId& shop) {
  return {.month = "2026-05", .seller = shop, .currency = Currency::Parse("EUR")};
}

TEST(CommissionInvoices, BillWhatTheLedgerHasBooked) {
  WithPayments([](Payments&, postgres::Database& database) -> Task<> {
    CommissionInvoices invoices(database);
    const auto shop = SellerId::New();
    ChargeCommission(Disk(), shop, "2026-05", 1'000, 190);
    ChargeCommission(Disk(), shop, "2026-05", 500, 95);
    ChargeCommission(Disk(), shop, "2026-05", 40, 0, "EARNING", 0);
    ChargeCommission(Disk(), shop, "2026-05", -300, -57, "CLAWBACK");
    ChargeCommission(Disk(), shop, "2026-06", 7'777, 0);
    ChargeCommission(Disk(), SellerId::New(), "2026-05", 8'888, 0);
    const auto issued = co_await invoices.Issue(Soon(), MayOf(shop), kMarket, kTrader);
    EXPECT_TRUE(issued.has_value());
    EXPECT_EQ(issued->kind, CommissionInvoiceKind::kInvoice);
    EXPECT_EQ(issued->net_minor, 1'240);
    EXPECT_EQ(issued->tax_minor, 228);
    EXPECT_EQ(issued->total_minor, 1'468);
    EXPECT_EQ(issued->month, "2026-05");
    const std::vector<domain::ChargedCommission> lines{{LedgerCause::kEarning, 190'000, 2, 1'500, 285},
                                                       {LedgerCause::kEarning, 0, 1, 40, 0},
                                                       {LedgerCause::kClawback, 190'000, 1, -300, -57}};
    EXPECT_EQ(issued->content.lines, lines);
    EXPECT_EQ(
        Disk().Execute("SELECT -sum(p.amount_minor) FROM ledger_posting p JOIN ledger_posting own ON "
                       "own.entry_id = p.entry_id"
                       " JOIN ledger_entry e ON e.id = p.entry_id WHERE p.account::text LIKE 'commission%' "
                       "AND e.created_at < '2026-06-01Z'"
                       " AND own.owner_id = '" +
                       shop.ToString() + "'"),
        "1468")
        << "which is what the ledger says of the shop's month";

    const auto read = co_await invoices.Find(Soon(), issued->id, std::vector{shop});
    EXPECT_TRUE(read.has_value());
    EXPECT_EQ(read->content.marketplace, kMarket);
    EXPECT_EQ(read->content.shop, kTrader);
    EXPECT_EQ(read->content.lines, lines);
    EXPECT_EQ(read->number, issued->number);
    EXPECT_TRUE((co_await invoices.Find(Soon(), issued->id, std::nullopt)).has_value());
    EXPECT_FALSE((co_await invoices.Find(Soon(), issued->id, std::vector{SellerId::New()})).has_value());
    EXPECT_EQ(events::Told(Disk(), "commission_invoice/" + issued->id.ToString()),
              "payment.CommissionInvoiceIssued 1");

    EXPECT_FALSE((co_await invoices.Issue(Soon(), MayOf(shop), kMarket, kTrader)).has_value())
        << "a month is billed once";
    EXPECT_NE(Refusal("UPDATE commission_invoice SET net_minor = 0"), "");
    EXPECT_NE(Refusal("DELETE FROM commission_invoice"), "");
  });
}

TEST(CommissionInvoices, OfAMonthThatGaveBack_IsACreditNoteWithANumberOfItsOwn) {
  WithPayments([](Payments&, postgres::Database& database) -> Task<> {
    CommissionInvoices invoices(database);
    const auto shop = SellerId::New();
    ChargeCommission(Disk(), shop, "2026-05", 100, 19);
    ChargeCommission(Disk(), shop, "2026-05", -400, -76, "CLAWBACK");
    const auto note = co_await invoices.Issue(Soon(), MayOf(shop), kMarket, kTrader);
    EXPECT_EQ(note->kind, CommissionInvoiceKind::kCreditNote);
    EXPECT_EQ(note->total_minor, -357);
    EXPECT_TRUE(note->number.starts_with("MC-")) << note->number;
    const auto listed = co_await invoices.List(Soon(), shop, std::nullopt, 10);
    EXPECT_EQ(listed.size(), 1U);
    EXPECT_TRUE(listed.at(0).content.lines.empty());
    EXPECT_TRUE((co_await invoices.List(Soon(), shop, note->id, 10)).empty());
  });
}

TEST(CommissionInvoices, AreDueWhenTheirMonthIsOver) {
  WithPayments([](Payments&, postgres::Database& database) -> Task<> {
    CommissionInvoices invoices(database);
    const auto shop = SellerId::New();
    const auto now = Disk().Execute("SELECT to_char(market_now() AT TIME ZONE 'UTC', 'YYYY-MM')");
    const auto before =
        Disk().Execute("SELECT to_char(market_now() AT TIME ZONE 'UTC' - interval '1 month', 'YYYY-MM')");
    for (const auto& month : {now, before, std::string("2020-01")})
      ChargeCommission(Disk(), shop, month, 100, 0);
    const auto due = [&](std::chrono::milliseconds over) -> Task<std::set<std::string>> {
      std::set<std::string> months;
      std::optional<MonthToBill> after;
      for (;;) {
        const auto page = co_await invoices.ToBill(Soon(), over, after, 2);
        for (const auto& one : page) {
          if (one.seller == shop) months.insert(one.month);
        }
        if (page.size() < 2) co_return months;
        after = page.back();
      }
    };
    EXPECT_EQ(co_await due(0ms), (std::set<std::string>{before, "2020-01"}));
    EXPECT_EQ(co_await due(24h * 31), (std::set<std::string>{"2020-01"})) << "it is over for less than that";
    co_await invoices.Issue(Soon(), {"2020-01", shop, Currency::Parse("EUR")}, kMarket, kTrader);
    EXPECT_EQ(co_await due(0ms), (std::set<std::string>{before}));
  });
}

TEST(CommissionInvoices, IssuedByManyAtOnce_HaveNumbersWithoutAGap) {
  WithPayments([](Payments&, postgres::Database& database) -> Task<> {
    CommissionInvoices invoices(database);
    std::vector<SellerId> shops;
    for (int i = 0; i < 6; ++i) {
      shops.push_back(SellerId::New());
      ChargeCommission(Disk(), shops.back(), "2026-05", 100 + i, 0);
    }
    std::size_t issued = 0;
    runtime::TaskGroup group(
        co_await boost::asio::this_coro::executor,
        [](std::string_view, std::exception_ptr error) { std::rethrow_exception(error); });
    const auto issue = [&](SellerId shop) -> Task<> {
      if (co_await invoices.Issue(Soon(), MayOf(shop), kMarket, kTrader)) ++issued;
    };
    for (int round = 0; round < 2; ++round) {
      for (const auto& shop : shops) group.Spawn("issue", issue(shop));
    }
    co_await group.Join(Soon());
    EXPECT_EQ(issued, shops.size()) << "each by one of two";
    EXPECT_EQ(
        Disk().Execute("SELECT count(*) FROM (SELECT kind, year, count(*) AS n, max(position) AS last FROM "
                       "commission_invoice"
                       " GROUP BY kind, year) AS series JOIN commission_invoice_counter c USING (kind, year)"
                       " WHERE n <> series.last OR n <> c.last"),
        "0");
  });
}

// Nothing of what is refused is there.
TEST(OperatorEntries_Storage, AreBookedOnceWithTheirAct) {
  WithPayments([](Payments&, postgres::Database& database) -> Task<> {
    OperatorEntries entries(database);
    Ledger ledger(database);
    const auto shop = SellerId::New();
    domain::OperatorEntry fine{.id = Uuid::NewV7(),
                               .seller = shop,
                               .cause = LedgerCause::kFine,
                               .amount = {2'500, Currency::Parse("EUR")},
                               .reason = "sent ten orders late",
                               .by = AccountId::New()};
    audit::Act act;
    act.account = fine.by;
    act.actor = "operator";
    act.service = "payment";
    act.permission = "ledger.write";
    act.method = "marketplace.payment.v1.PaymentService/CreateSellerLedgerEntry";
    act.reason = fine.reason;
    const auto booked = co_await entries.Book(Soon(), fine, act);
    EXPECT_EQ((co_await entries.Book(Soon(), fine, act)).ledger_entry, booked.ledger_entry)
        << "once by its id";
    EXPECT_EQ((co_await ledger.OfSeller(Soon(), shop)).at(0).available_minor, -2'500) << "it may owe that";
    EXPECT_EQ(Disk().Execute("SELECT reason FROM audit_event WHERE target_id = '" + shop.ToString() + "'"),
              fine.reason);
    EXPECT_EQ(events::Told(Disk(), "operator_entry/" + fine.id.ToString()), "payment.SellerEntryBooked 1");
    fine.id = Uuid::NewV7();
    fine.cause = LedgerCause::kGoodwill;
    fine.amount.minor = 3'000;
    const auto given = co_await entries.Book(Soon(), fine, act);
    EXPECT_EQ((co_await ledger.OfSeller(Soon(), shop)).at(0).available_minor, 500);
    const auto reasons = co_await entries.ReasonsOf(Soon(), {booked.ledger_entry, EntryId::New()});
    EXPECT_EQ(reasons.size(), 1U);
    EXPECT_EQ(reasons.at(booked.ledger_entry), fine.reason);
    EXPECT_EQ(given.entry.amount.minor, 3'000);
    EXPECT_NE(Refusal("UPDATE operator_entry SET amount_minor = 1"), "");
  });
}

}  // namespace
}  // namespace market::payment::storage
