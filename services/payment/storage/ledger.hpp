// The double-entry ledger. Its entries are written with the movement they record (payments.cpp, sales.cpp).
//
// Balances are kept: what an account comes to is its row and the few movements that are not folded into it yet, so none of
// them is a sum of the whole ledger (ADR 59).
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

// An entry in the batch of what it records, and its id; its time is the database's.
EntryId AppendEntry(postgres::Batch& batch, const domain::Entry& entry, const Currency& currency,
                    std::optional<domain::PaymentId> payment);

struct Balance {
  domain::LedgerAccount account = domain::LedgerAccount::kPspClearing;
  Currency currency;
  std::int64_t amount_minor = 0;  // debits minus credits
};

// What the marketplace owes a shop in one currency; below zero: the shop owes it.
struct SellerBalance {
  Currency currency;
  std::int64_t pending_minor = 0;
  std::int64_t available_minor = 0;
  std::int64_t reserve_minor = 0;
  std::int64_t on_its_way_minor = 0;
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
  std::optional<domain::SellerOrderId> seller_order;
  std::vector<Posting> postings;
};

// Entries that an operator asks for.
struct WantedEntries {
  std::optional<domain::PaymentId> payment;
  std::optional<domain::LedgerAccount> account;  // that one of the postings is of
  Span created;
  std::optional<SellerId> owner =
      {};  // of the account of one of the postings, of that kind where one is named
};

// What a shop asks for of its own.
struct WantedOfSeller {
  SellerId seller;
  std::optional<std::string> currency;
  Span created;
};

class Ledger {
 public:
  explicit Ledger(postgres::Database& database) : database_(database) {}

  // By account and currency: now, or of what was booked by then, which takes as long as there was more booked since.
  Task<std::vector<Balance>> TrialBalance(Work work);
  Task<std::vector<Balance>> TrialBalance(Work work, Time as_of);
  Task<std::vector<SellerBalance>> OfSeller(Work work, SellerId seller);
  // Makes balances of at most so many movements; gives how many.
  Task<std::int64_t> Fold(Work work, std::int64_t limit);
  // Newest first, at most `limit`.
  Task<std::vector<Booked>> List(Work work, WantedEntries wanted, std::optional<EntryId> after,
                                 std::int64_t limit);
  // The same with nothing but the shop's own postings.
  Task<std::vector<Booked>> ListOfSeller(Work work, WantedOfSeller wanted, std::optional<EntryId> after,
                                         std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
