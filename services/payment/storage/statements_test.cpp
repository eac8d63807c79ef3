// Statements against a second calculation: of random ledgers every month ties to the cent, and to the month before it.
#include "services/payment/storage/statements.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "platform/testing/seeds.hpp"
#include "services/payment/testing/payments_fixture.hpp"

namespace market::payment::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::array kOwnAccounts = {"seller_pending", "seller_available", "seller_reserve"};
constexpr std::array kBookedCauses = {"CAPTURE", "PAYOUT", "PAYOUT_FAILED", "PAYOUT_RETURNED"};

// What the test booked, in its own words.
struct Move {
  std::string month;
  std::string currency;
  std::int64_t minor = 0;
};

// One entry of the shop, at a moment of the eight months from May 2026.
Move BookAtRandom(std::minstd_rand& draw, const SellerId& shop, std::set<std::string>& ids) {
  const unsigned month = 5 + draw() % 8;
  const auto at = std::to_string(2026) + (month < 10 ? "-0" : "-") + std::to_string(month);
  const std::string last = month == 6 || month == 9 || month == 11 ? "30" : "31";
  // The first and the last instant of a month are of it.
  const std::array<std::string, 3> moments = {at + "-01T00:00:00Z", at + "-" + last + "T23:59:59.999999Z",
                                              at + "-15T12:00:00Z"};
  const std::string currency = draw() % 4 == 0 ? "USD" : "EUR";
  const auto minor = static_cast<std::int64_t>(draw() % 20'000) - 9'000;
  const bool within = draw() % 5 == 0;  // between its own accounts
  const auto amount = minor == 0 ? 1 : minor;
  const auto id = Uuid::NewV7().ToString();
  ids.insert(id);
  const auto posting = [&](int position, const std::string& account, const std::string& owner,
                           std::int64_t of) {
    return "('" + id + "', " + std::to_string(position) + ", '" + account + "', " + owner + ", '" + currency +
           "', " + std::to_string(of) + ")";
  };
  const auto own = "'" + shop.ToString() + "'";
  const std::string mine = kOwnAccounts.at(draw() % 3);
  const std::string other =
      within ? (mine == "seller_reserve" ? "seller_available" : "seller_reserve") : "order_escrow";
  Disk().Execute(
      "WITH entry AS (INSERT INTO ledger_entry (id, cause, cause_id, created_at) VALUES ('" + id + "', '" +
      kBookedCauses.at(draw() % 4) + "', '" + id + "', '" + moments.at(draw() % 3) +
      "'))"
      " INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor) VALUES " +
      posting(1, mine, own, -amount) + ", " + posting(2, other, within ? own : "NULL", amount));
  return {at, currency, within ? 0 : amount};
}

std::chrono::year_month MonthOf(const std::string& text) {
  return std::chrono::year(std::stoi(text.substr(0, 4))) /
         std::chrono::month(static_cast<unsigned>(std::stoi(text.substr(5))));
}

TEST(Statements_Property, TieToTheLedgerAndToEachOther) {
  for (const auto seed : testing::Seeds(1, 4)) {
    WithPayments([&](Payments&, postgres::Database& database) -> Task<> {
      std::minstd_rand draw(seed);
      Statements statements(database);
      const auto shop = SellerId::New();
      std::set<std::string> ids;
      std::map<std::string, std::map<std::string, std::int64_t>> moved;  // by month and currency
      for (int entry = 0; entry < 40; ++entry) {
        const auto move = BookAtRandom(draw, shop, ids);
        if (move.minor != 0) moved[move.month][move.currency] += move.minor;
        BookAtRandom(draw, SellerId::New(), ids);
      }
      std::set<std::string, std::greater<>> expected;
      for (const auto& [month, sums] : moved) expected.insert(month);
      EXPECT_EQ(co_await statements.Months(Soon(), shop, std::nullopt, 100),
                std::vector<std::string>(expected.begin(), expected.end()));
      EXPECT_EQ((co_await statements.Months(Soon(), shop, *expected.begin(), 100)).size(),
                expected.size() - 1);

      std::map<std::string, std::int64_t> balance;  // by currency, as the months go by
      for (const auto& [month, sums] : moved) {
        std::map<std::string, std::int64_t> opening, closing, in_entries;
        for (const auto& sum : co_await statements.Sums(Soon(), shop, MonthOf(month))) {
          const std::string currency(sum.currency.Code());
          opening[currency] += sum.before_minor;
          closing[currency] += sum.before_minor + sum.amount_minor;
          EXPECT_EQ(sum.entries == 0, sum.amount_minor == 0 && sum.entries == 0);
        }
        for (auto& [currency, minor] : opening)
          EXPECT_EQ(minor, balance[currency]) << month << " seed " << seed;
        for (const auto& [currency, minor] : sums) balance[currency] += minor;
        for (auto& [currency, minor] : closing)
          EXPECT_EQ(minor, balance[currency]) << month << " seed " << seed;
        std::optional<EntryId> after;
        for (;;) {
          const auto page = co_await statements.Entries(Soon(), shop, MonthOf(month), after, 3);
          for (const auto& entry : page) {
            in_entries[std::string(entry.currency.Code())] += entry.amount_minor;
            after = entry.id;
          }
          if (page.size() < 3) break;
        }
        for (const auto& [currency, minor] : sums)
          EXPECT_EQ(in_entries[currency], minor) << month << " seed " << seed;
      }
      const auto ledger = Disk().Execute(
          "SELECT coalesce(-sum(amount_minor), 0) FROM ledger_posting WHERE currency = 'EUR' AND owner_id = "
          "'" +
          shop.ToString() + "'");
      EXPECT_EQ(std::to_string(balance["EUR"]), ledger) << "seed " << seed;
    });
  }
}

TEST(Statements, OfAShopWithoutMoney_AreNone) {
  WithPayments([](Payments&, postgres::Database& database) -> Task<> {
    Statements statements(database);
    EXPECT_TRUE((co_await statements.Months(Soon(), SellerId::New(), std::nullopt, 10)).empty());
    EXPECT_TRUE((co_await statements.Sums(Soon(), SellerId::New(), MonthOf("2026-11"))).empty());
  });
}

}  // namespace
}  // namespace market::payment::storage
