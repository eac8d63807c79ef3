// The rows of payments.
//
// Every write names the version it was made from and does nothing, returning false, when somebody else has
// written since: the caller reads again. So each decision is made under the row's lock, no lock is held during
// a call to the provider, and what is written is the difference between what was read and what it is now, with
// its ledger entry and its events, in one transaction. What is open is due again at a time of the database's
// clock; a recovery that takes it moves that time on, which keeps others of its kind away. A payment whose
// recovery breaks again and again is parked: no worker takes it until an operator lets it go on, and a result
// that is written ends that too. Owner: the service; `database` must outlive it. Io thread only.
#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/payment/domain/payment.hpp"
#include "services/payment/storage/scope.hpp"
#include "services/payment/storage/span.hpp"

namespace market::payment::storage {

// Payments with a pending attempt that the provider had no answer about; of what waits for its buyer it had
// one. Counted up to 100,000.
struct Unresolved {
  std::int64_t payments = 0;
  std::int64_t parked = 0;
  std::chrono::milliseconds oldest_age{0};
};

// A payment that is due and the caller's for a while, with what is needed to give it back unread.
struct Due {
  Uuid id;
  std::int64_t version = 1;
  std::uint32_t asks = 0;
  std::uint32_t failures = 0;
};

// Payments that an operator asks for.
struct Wanted {
  std::optional<domain::OrderId> order;
  std::optional<domain::State> state;
  Span created;
};

class Payments {
 public:
  explicit Payments(postgres::Database& database) : database_(database) {}

  // Writes what has become of `before`; one of version 0 is a new row, and false then says that the order has
  // a payment of that number. Open questions are due again after `run_after`, without it never. Brings
  // `after.version` up to date when it returns true. An `act` goes on record with it. Throws Error
  // ALREADY_EXISTS for a new refund whose id another payment has.
  Task<bool> Write(Work work, const domain::Payment& before, domain::Payment& after,
                   std::optional<std::chrono::milliseconds> run_after, const audit::Act* act = nullptr);

  // The order's payment of that number; without one the newest.
  Task<std::optional<domain::Payment>> Find(Work work, domain::OrderId order, std::optional<int> number);
  // The one whose charge the provider calls so.
  Task<std::optional<domain::Payment>> OfCharge(Work work, std::string authorization);
  // For people: the newest that they may see. One without terms is nothing to be seen.
  Task<std::optional<domain::Payment>> OfOrder(Work work, domain::OrderId order, Scope scope);
  Task<std::optional<domain::Payment>> Get(Work work, domain::PaymentId id, Scope scope);
  // Newest first, at most `limit`.
  Task<std::vector<domain::Payment>> List(Work work, Wanted wanted, std::optional<domain::PaymentId> after,
                                          std::int64_t limit);

  // Up to `limit` payments that are not parked and are due, for as long as `lease`.
  Task<std::vector<Due>> TakeDue(Work work, std::size_t limit, std::chrono::milliseconds lease);
  // Nothing when somebody else has written since.
  Task<std::optional<domain::Payment>> Read(Work work, Due due);
  // Gives back a payment whose run broke, unless somebody else has written since.
  Task<> PutBack(Work work, Due due, runtime::Setback setback);

  Task<Unresolved> CountUnresolved(Work work);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
