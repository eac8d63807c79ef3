// For the tests of commission invoices: commission that shops were charged in months that are over.
#pragma once
#include <cstdint>
#include <string>

#include "platform/core/id.hpp"

namespace market::payment {

// As the settlement of a sale leaves it, in the middle of that month ("2026-05"). Returns the entry's id.
template <class Database>
std::string ChargeCommission(Database& disk, const SellerId& shop, const std::string& month, std::int64_t net,
                             std::int64_t tax, const std::string& cause = "EARNING", int rate_ppm = 190'000) {
  const auto entry = Uuid::NewV7().ToString();
  const auto posting = [&](int position, const std::string& account, const std::string& owner,
                           std::int64_t minor) {
    return "('" + entry + "', " + std::to_string(position) + ", '" + account + "', " + owner + ", 'EUR', " +
           std::to_string(minor) + ")";
  };
  const auto own = "'" + shop.ToString() + "'";
  const auto at = "'" + month + "-15T12:00:00Z'";
  disk.Execute(
      "WITH entry AS (INSERT INTO ledger_entry (id, cause, cause_id, created_at) VALUES ('" + entry + "', '" +
      cause + "', '" + entry + "', " + at +
      ")) INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor) "
      "VALUES " +
      posting(1, "seller_available", own, net + tax) + ", " + posting(2, "commission_revenue", "NULL", -net) +
      (tax != 0 ? ", " + posting(3, "commission_tax", "NULL", -tax) : "") +
      "; INSERT INTO commission_charge (entry_id, rate_ppm, seller_id, currency, net_minor, tax_minor, "
      "booked_at) VALUES ('" +
      entry + "', " + std::to_string(rate_ppm) + ", " + own + ", 'EUR', " + std::to_string(net) + ", " +
      std::to_string(tax) + ", " + at +
      "); INSERT INTO commission_month (seller_id, currency, month) VALUES (" + own + ", 'EUR', '" + month +
      "') ON CONFLICT (seller_id, currency, month) DO NOTHING");
  return entry;
}

}  // namespace market::payment
