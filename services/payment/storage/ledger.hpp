// The double-entry ledger. Its entries are written with the movement they record (payments.cpp).
#pragma once
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/payment/domain/ledger.hpp"
#include "services/payment/storage/span.hpp"

namespace market::payment::storage {

using EntryId = Id<struct LedgerEntryTag>;

// The postings of an entry, as columns.
struct Postings {
  explicit Postings(const domain::Entry& entry);

  std::vector<domain::LedgerAccount> accounts;
  std::vector<std::optional<SellerId>> owners;
  std::vector<std::int64_t> amounts;
};

struct Balance {
  domain::LedgerAccount account = domain::LedgerAccount::kPspClearing;
  Currency currency;
  std::int64_t amount_minor = 0;  // debits minus credits
};

// An entry as it was written.
struct Booked {
  struct Posting {
    domain::LedgerAccount account = domain::LedgerAccount::kPspClearing;
    std::optional<SellerId> owner;
    Currency currency;
    std::int64_t amount_minor = 0;
  };
  EntryId id;
  domain::LedgerCause cause = domain::LedgerCause::kCapture;
  Uuid cause_id;
  std::optional<domain::PaymentId> payment;
  Time created_at;
  std::vector<Posting> postings;
};

// Entries that an operator asks for.
struct WantedEntries {
  std::optional<domain::PaymentId> payment;
  std::optional<domain::LedgerAccount> account;  // that one of the postings is of
  Span created;
};

class Ledger {
 public:
  explicit Ledger(postgres::Database& database) : database_(database) {}

  // By account and currency.
  Task<std::vector<Balance>> TrialBalance(Work work);
  // Newest first, at most `limit`.
  Task<std::vector<Booked>> List(Work work, WantedEntries wanted, std::optional<EntryId> after,
                                 std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
