// For the tests of payouts: what shops are due, booked as if they had sold something.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "platform/core/id.hpp"
#include "platform/testing/temporary_database.hpp"
#include "services/payment/domain/payout.hpp"

namespace market::payment {

// An entry that moves so much to what the shop is due; negative: it owes it.
inline std::string DueSql(const SellerId& shop, std::int64_t minor, const std::string& currency = "EUR") {
  const auto id = Uuid::NewV7().ToString();
  const auto posting = [&](int position, const std::string& account, const std::string& owner,
                           std::int64_t amount) {
    return "('" + id + "', " + std::to_string(position) + ", '" + account + "', " + owner + ", '" + currency +
           "', " + std::to_string(amount) + ")";
  };
  return "WITH entry AS (INSERT INTO ledger_entry (id, cause, cause_id, created_at) VALUES ('" + id +
         "', 'CAPTURE', '" + id +
         "', market_now()))"
         " INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor) "
         "VALUES " +
         posting(1, "order_escrow", "NULL", minor) + ", " +
         posting(2, "seller_available", "'" + shop.ToString() + "'", -minor);
}
inline void Book(const testing::TemporaryDatabase& disk, const SellerId& shop, std::int64_t minor,
                 const std::string& currency = "EUR") {
  disk.Execute(DueSql(shop, minor, currency));
}

// "available on-its-way" of a shop, in euros: what it is due, and what left that and has not arrived.
inline std::string BalanceOf(const testing::TemporaryDatabase& disk, const SellerId& shop) {
  return disk.Execute(
      "SELECT coalesce(-sum(amount_minor) FILTER (WHERE account = 'seller_available'), 0) || ' ' ||"
      " coalesce(-sum(amount_minor) FILTER (WHERE account = 'payout_clearing'), 0)"
      " FROM ledger_posting WHERE currency = 'EUR' AND owner_id = '" +
      shop.ToString() + "'");
}

// What is wrong with the payouts of a shop: lines that are not its amount or not its own, money on its way that no payout has,
// postings that nobody will ever pay. "0" when nothing is.
inline std::string BrokenPayouts(const testing::TemporaryDatabase& disk, const SellerId& shop) {
  const auto of = "'" + shop.ToString() + "'";
  return disk.Execute(
      "SELECT (SELECT count(*) FROM payout p WHERE p.seller_id = " + of +
      "   AND p.amount_minor IS DISTINCT FROM (SELECT -sum(l.amount_minor) FROM payout_line c JOIN "
      "ledger_posting l"
      "     ON l.entry_id = c.entry_id AND l.position = c.position WHERE c.payout_id = p.id))"
      " + (SELECT count(*) FROM payout p JOIN payout_line c ON c.payout_id = p.id JOIN ledger_posting l"
      "     ON l.entry_id = c.entry_id AND l.position = c.position WHERE p.seller_id = " +
      of +
      "     AND (l.account, l.owner_id, l.currency) IS DISTINCT FROM ('seller_available', p.seller_id, "
      "p.currency))"
      " + (SELECT count(*) FROM payout p WHERE p.seller_id = " +
      of +
      "   AND p.line_count <> (SELECT count(*) FROM payout_line c WHERE c.payout_id = p.id))"
      " + CASE WHEN (SELECT coalesce(-sum(amount_minor), 0) FROM ledger_posting WHERE account = "
      "'payout_clearing'"
      "     AND owner_id = " +
      of +
      ") = (SELECT coalesce(sum(amount_minor), 0) FROM payout WHERE state IN ('DUE', 'SUBMITTED') AND "
      "seller_id = " +
      of + ") THEN 0 ELSE 1 END");
}

inline domain::PayoutTarget ATarget(std::string sealed) {
  return {.holder = "Analytical Engines Ltd",
          .sealed_iban = std::move(sealed),
          .iban_last4 = "3000",
          .country = "DE",
          .bic = {},
          .provider_account = {}};
}

// A German account number that ends so: the check digits are computed.
inline std::string IbanEndingIn(const std::string& last4) {
  const std::string bban =
      "370400440532"
      "01" +
      last4;
  int remainder = 0;
  for (const char c : bban + "131400") remainder = (remainder * 10 + (c - '0')) % 97;
  const auto check = std::to_string(98 - remainder);
  return "DE" + std::string(check.size() == 1 ? "0" : "") + check + bban;
}

}  // namespace market::payment
