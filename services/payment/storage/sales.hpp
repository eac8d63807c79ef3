// What shops earn: sales, the terms of their lines, and what the ledger has of them.
//
// What order tells is written down once per event, and marks a sale as due, as a refund does in its own transaction
// (payments.cpp). What is due is settled under the lock of its row: what became of the order and of its refunds is
// read, and which entries are missing is booked, with the sale's new numbers and an event for each movement, in one transaction.
// So it does not matter who settles it, how often, and what happens meanwhile. Owner: the service; `database` must outlive it.
// Io thread only.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "platform/events/event.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/payment/domain/settlement.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/span.hpp"

namespace market::payment::storage {

// One that is the caller's for a while, with what is needed to give it back unread.
struct DueSale {
  domain::SellerOrderId id;
  std::int64_t version = 1;
  std::uint32_t failures = 0;
};

// Sales of a shop that somebody asks for.
struct WantedSales {
  SellerId seller;
  std::optional<domain::SaleState> state;
  Span placed;
};

// A sale that a transaction holds, and when it began to.
struct HeldSale {
  domain::Sale sale;
  Time now;
};
// For what changes a sale in a transaction that is about something else (disputes.cpp): nobody else writes it until that ends.
// Nothing where no such sale is known.
Task<std::optional<HeldSale>> HoldSale(postgres::Tx& tx, domain::SellerOrderId id);
// What became of it; it is due then, for what has waited.
void AppendSale(postgres::Batch& batch, const HeldSale& held);
// What of a movement, which this entry books, is commission: commission invoices are made of it.
void AppendCharge(postgres::Batch& batch, const domain::Sale& sale, const domain::SaleMove& move,
                  const EntryId& entry);

class Sales {
 public:
  explicit Sales(postgres::Database& database) : database_(database) {}

  // Each acts once per event, however often it is told. The last two throw Error UNAVAILABLE while no such sale is known.
  Task<> Place(Work work, const events::Event& event, const domain::Sale& sale);
  Task<> Delivered(Work work, const events::Event& event, domain::SellerOrderId id, Time at);
  Task<> Completed(Work work, const events::Event& event, domain::SellerOrderId id, Time at);

  // Up to `limit` sales that are due and not parked, for as long as `lease`.
  Task<std::vector<DueSale>> TakeDue(Work work, std::size_t limit, std::chrono::milliseconds lease);
  // Books what is missing. Throws Error UNAVAILABLE for one that is to be earned while its payment is not known to be captured.
  Task<> Settle(Work work, domain::SellerOrderId id, domain::ReserveTerms reserve);
  // Gives back one whose run broke, unless somebody else has written since.
  Task<> PutBack(Work work, DueSale due, runtime::Setback setback);
  Task<std::int64_t> CountParked(Work work);

  // Newest first, at most `limit`.
  Task<std::vector<domain::Sale>> List(Work work, WantedSales wanted,
                                       std::optional<domain::SellerOrderId> after, std::int64_t limit);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
