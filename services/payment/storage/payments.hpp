// The rows of payments, and who may change one now.
//
// A driver takes a payment's lease before it talks to the provider and gives it back with the result. Every
// write names the version it was made from and does nothing, returning false, when somebody else has written
// since or holds the lease: the caller reads again. So each decision is made under the row's lock, and no
// lock is held during a call to the provider. A payment whose recovery breaks again and again is parked: no
// worker takes it until an operator lets it go on, and a result that is written ends that too. Times of
// leases are the database's. Owner: the service; `database` must outlive it. Io thread only.
#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/storage/scope.hpp"

namespace market::payment::storage {

// Payments with a pending attempt that nobody waits for,
// or that the provider had no answer about. Counted up to 100,000.
struct Unresolved {
  std::int64_t payments = 0;
  std::int64_t parked = 0;
  std::chrono::milliseconds oldest_age{0};
};

// A payment that is due and leased to the caller, with what is needed to give it back unread.
struct Due {
  Uuid id;
  std::int64_t version = 1;
  std::uint32_t asks = 0;
  std::uint32_t failures = 0;
};

class Payments {
 public:
  explicit Payments(postgres::Database& database) : database_(database) {}

  // A new payment with its first attempt, leased to the caller. False: the order has a payment already.
  Task<bool> Insert(Work work, const domain::Payment& payment, std::chrono::milliseconds lease);
  // Without an attempt and free for others.
  Task<bool> InsertTombstone(Work work, const domain::Payment& payment);

  Task<std::optional<domain::Payment>> Find(Work work, domain::OrderId order, Scope scope);

  // Each brings `payment.version` up to date when it returns true.
  // Takes the lease and writes the attempt that domain::Begin added.
  Task<bool> Begin(Work work, domain::Payment& payment, std::chrono::milliseconds lease);
  // Takes the lease of a payment with a pending attempt.
  Task<bool> Take(Work work, domain::Payment& payment, std::chrono::milliseconds lease);
  // Writes a payment that domain::Close closed; nobody may hold the lease.
  Task<bool> Close(Work work, domain::Payment& payment);
  // Writes what became of `attempt` of `payment`, with its ledger entry, and gives the lease back. While the
  // attempt is pending the payment is due again after `ask_after`.
  Task<bool> Record(Work work, domain::Payment& payment, domain::Attempt attempt,
                    std::chrono::milliseconds ask_after);

  // Up to `limit` payments that are not parked and whose pending attempt is due to be asked about.
  Task<std::vector<Due>> TakeDue(Work work, std::size_t limit, std::chrono::milliseconds lease);
  // Nothing when somebody else has written since.
  Task<std::optional<domain::Payment>> Read(Work work, Due due);
  // Gives back a payment whose run broke, unless somebody else has written since.
  Task<> PutBack(Work work, Due due, runtime::Setback setback);

  Task<Unresolved> CountUnresolved(Work work);

 private:
  Task<bool> WriteGuarded(Work work, postgres::Batch batch, domain::Payment& payment);

  postgres::Database& database_;
};

}  // namespace market::payment::storage
