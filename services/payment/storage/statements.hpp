// What moved a shop's money with the marketplace, by month (UTC): its accounts of what it is or will be due, together. An entry that
// moves money between them alone is none for the shop. Signs are the shop's: positive is what it gets.
//
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/payment/domain/ledger.hpp"
#include "services/payment/storage/ledger.hpp"

namespace market::payment::storage {

struct StatementSum {
  Currency currency;
  domain::LedgerCause cause = domain::LedgerCause::kCapture;
  std::int64_t entries = 0;
  std::int64_t amount_minor = 0;
  std::int64_t before_minor = 0;  // what such entries came to before the month
};

struct StatementEntry {
  EntryId id;
  Currency currency;
  domain::LedgerCause cause = domain::LedgerCause::kCapture;
  Uuid cause_id;
  std::int64_t amount_minor = 0;
  Time booked_at;
};

class Statements {
 public:
  explicit Statements(postgres::Database& database) : database_(database) {}

  // "2026-11", newest first, before that one.
  Task<std::vector<std::string>> Months(Work work, SellerId seller, std::optional<std::string> before,
                                        std::int64_t limit);
  // Of each currency and cause, also those that moved nothing in the month; as of one moment.
  Task<std::vector<StatementSum>> Sums(Work work, SellerId seller, std::chrono::year_month month);
  // Oldest first. Of an entry in two currencies two, in the order of these.
  Task<std::vector<StatementEntry>> Entries(Work work, SellerId seller, std::chrono::year_month month,
                                            std::optional<EntryId> after, std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
