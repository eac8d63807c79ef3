#include "services/payment/storage/ledger.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "services/payment/testing/payments_fixture.hpp"

namespace market::payment::storage {
namespace {

using domain::LedgerAccount;
using domain::LedgerCause;

Task<domain::Payment> Captured(Payments& payments) {
  auto payment = ADraft();
  co_await Done(payments, payment, Operation::kAuthorize);
  co_await Done(payments, payment, Operation::kCapture);
  co_return payment;
}

std::string CountOf(const domain::Payment& payment) {
  return Disk().Execute("SELECT count(*) FROM ledger_entry WHERE payment_id = '" + payment.id.ToString() +
                        "'");
}

TEST(Ledger, Movements_BalanceAndAreNeverChanged) {
  WithPayments([](Payments& payments, postgres::Database& database) -> Task<> {
    Ledger ledger(database);
    auto payment = co_await Captured(payments);
    const auto before = co_await ledger.TrialBalance(Soon());
    co_await GivenBack(payments, payment, 0, 1000);
    const auto after = co_await ledger.TrialBalance(Soon());
    EXPECT_GE(after.size(), 2U);
    std::int64_t sum = 0;
    for (const auto& balance : after) {
      if (balance.currency == payment.currency) sum += balance.amount_minor;
    }
    EXPECT_EQ(sum, 0);
    EXPECT_EQ(before.at(0).account, LedgerAccount::kPspClearing);
    EXPECT_EQ(after.at(0).amount_minor - before.at(0).amount_minor, -1000);

    const std::string entry =
        Disk().Execute("SELECT id FROM ledger_entry WHERE cause = 'CAPTURE' AND payment_id = '" +
                       payment.id.ToString() + "'");
    EXPECT_NE(Refusal("UPDATE ledger_posting SET amount_minor = 1 WHERE entry_id = '" + entry + "'"), "");
    EXPECT_NE(Refusal("DELETE FROM ledger_posting WHERE entry_id = '" + entry + "'"), "");
    EXPECT_NE(Refusal("UPDATE ledger_entry SET cause = 'REFUND' WHERE id = '" + entry + "'"), "");
    EXPECT_NE(Refusal("TRUNCATE ledger_entry CASCADE"), "");
  });
}

// By the database itself, whoever writes and in however many statements.
TEST(Ledger, AnEntryThatDoesNotBalance_IsRefused) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    const auto payment = co_await Captured(payments);
    const std::string entry =
        Disk().Execute("SELECT id FROM ledger_entry WHERE payment_id = '" + payment.id.ToString() + "'");
    const auto posting = [](const std::string& id, int position, const std::string& account, int amount,
                            const std::string& currency = "EUR") {
      return "('" + id + "', " + std::to_string(position) + ", '" + account + "', NULL, '" + currency +
             "', " + std::to_string(amount) + ")";
    };
    const std::string id = Uuid::NewV7().ToString();
    const std::string head =
        "INSERT INTO ledger_entry VALUES ('" + id + "', 'REFUND', '" + id + "', NULL, now())";
    const auto both = [&](const std::string& postings) {
      return "WITH entry AS (" + head + ") INSERT INTO ledger_posting VALUES " + postings;
    };
    for (const auto& refused :
         {head, both(posting(id, 1, "psp_clearing", 10)),
          both(posting(id, 1, "psp_clearing", 10) + ',' + posting(id, 2, "order_escrow", -9)),
          both(posting(id, 1, "psp_clearing", 10) + ',' + posting(id, 2, "order_escrow", -10, "USD")),
          "INSERT INTO ledger_posting VALUES " + posting(entry, 3, "psp_clearing", 5),
          "INSERT INTO ledger_posting VALUES " + posting(id, 1, "psp_clearing", 5) + ',' +
              posting(id, 2, "order_escrow", -5)}) {
      EXPECT_NE(Refusal(refused).find("ledger"), std::string::npos) << refused << Refusal(refused);
    }
    EXPECT_EQ(Refusal(both(posting(id, 1, "psp_clearing", 10) + ',' + posting(id, 2, "order_escrow", -10))),
              "");
    EXPECT_EQ(CountOf(payment), "1");
  });
}

std::string KeptOf(const std::string& account) {
  return Disk().Execute("SELECT coalesce(sum(amount_minor), 0) FROM ledger_balance WHERE account = '" +
                        account + "'");
}
std::string PostedOf(const std::string& account) {
  return Disk().Execute("SELECT coalesce(sum(amount_minor), 0) FROM ledger_posting WHERE account = '" +
                        account + "'");
}

TEST(Ledger, Balances_AreKeptAndFoldedOnce) {
  WithPayments([](Payments& payments, postgres::Database& database) -> Task<> {
    Ledger ledger(database);
    co_await Captured(payments);
    co_await Captured(payments);
    const auto before = co_await ledger.TrialBalance(Soon());
    EXPECT_EQ(co_await ledger.Fold(Soon(), 1), 1) << "a part of them";
    EXPECT_EQ((co_await ledger.TrialBalance(Soon())).at(0).amount_minor, before.at(0).amount_minor);
    while (co_await ledger.Fold(Soon(), 3) > 0) {
    }
    EXPECT_EQ((co_await ledger.TrialBalance(Soon())).at(0).amount_minor, before.at(0).amount_minor);
    EXPECT_EQ(KeptOf("psp_clearing"), PostedOf("psp_clearing"));
    EXPECT_EQ(KeptOf("order_escrow"), PostedOf("order_escrow"));
  });
}

// The service folds, and can do nothing else to a balance.
TEST(Ledger, ABalance_IsNobodysToWrite) {
  WithPayments([](Payments&, postgres::Database& database) -> Task<> {
    static constexpr postgres::Statement kSpoil{"test.spoil", "UPDATE ledger_balance SET amount_minor = 0"};
    static constexpr postgres::Statement kDrop{"test.drop", "DELETE FROM ledger_delta"};
    for (const auto& statement : {kSpoil, kDrop}) {
      bool refused = false;
      try {
        co_await database.Write(Soon(), statement);
      } catch (const postgres::SqlError& error) {
        refused = error.Is("42501");
      }
      EXPECT_TRUE(refused) << statement.name;
    }
  });
}

TEST(Ledger, OneCause_IsBookedOnce) {
  WithPayments([](Payments& payments, auto&) -> Task<> {
    const auto payment = co_await Captured(payments);
    const auto id = Uuid::NewV7().ToString();
    EXPECT_NE(Refusal("INSERT INTO ledger_entry VALUES ('" + id + "', 'CAPTURE', '" + payment.id.ToString() +
                      "', NULL, now())")
                  .find("ledger_entry_cause_cause_id_key"),
              std::string::npos);
  });
}

TEST(Ledger_List, IsNewestFirstWithinWhatIsAskedFor) {
  WithPayments([](Payments& payments, postgres::Database& database) -> Task<> {
    Ledger ledger(database);
    const auto begin = Now();
    auto payment = co_await Captured(payments);
    const auto refund = co_await GivenBack(payments, payment, 1, 700);
    co_await Captured(payments);
    const Span since{.from = begin, .to = {}};
    const auto all = co_await ledger.List(Soon(), {.payment = {}, .account = {}, .created = since}, {}, 10);
    EXPECT_EQ(all.size(), 3U);
    EXPECT_EQ(all.at(1).cause, LedgerCause::kRefund);
    EXPECT_EQ(all.at(1).cause_id, refund.Value());
    EXPECT_EQ(all.at(1).payment, payment.id);
    EXPECT_EQ(all.at(1).postings.size(), 2U);
    EXPECT_EQ(all.at(1).postings.at(0).account, LedgerAccount::kOrderEscrow);
    EXPECT_EQ(all.at(1).postings.at(0).owner, std::nullopt);
    EXPECT_EQ(all.at(1).postings.at(0).currency, payment.currency);
    EXPECT_EQ(all.at(1).postings.at(0).amount_minor, 700);

    const auto of = [&](WantedEntries wanted, std::optional<EntryId> after = {}) -> Task<std::size_t> {
      co_return (co_await ledger.List(Soon(), wanted, after, 10)).size();
    };
    EXPECT_EQ(co_await of({.payment = payment.id, .account = {}, .created = {}}), 2U);
    EXPECT_EQ(co_await of({.payment = payment.id, .account = {}, .created = {}}, all.at(1).id), 1U);
    EXPECT_EQ(co_await of({.payment = {}, .account = LedgerAccount::kOrderEscrow, .created = since}), 3U);
    EXPECT_EQ(co_await of({.payment = {}, .account = LedgerAccount::kGoodwill, .created = since}), 0U);
    EXPECT_EQ(co_await of({.payment = {}, .account = {}, .created = {.from = begin, .to = begin}}), 0U);
  });
}

}  // namespace
}  // namespace market::payment::storage
