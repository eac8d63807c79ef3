// The saga rows of orders being placed: who drives one now, what was decided, when it is due again.
//
// A driver holds a lease with a fence; every write of a driver names its fence and does nothing, throwing
// LostLease, when somebody else has taken over. The direction is decided once: a checkout that was told to
// undo never goes forward again. Times are the database's.
#pragma once
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "platform/postgres/database.hpp"
#include "services/order/domain/order.hpp"

namespace market::order::storage {

enum class Step { kForward, kUndo, kDone };

struct Lease {
  domain::OrderId order;
  std::int64_t fence = 1;
  Step step = Step::kForward;
  domain::Failure undo;  // with kUndo
  int attempts = 0;      // runs that did not finish it
  bool overdue = false;  // past the checkout's deadline
  std::string trace;     // of the request that placed the order

  // Nobody drove this checkout before, so no peer has heard of the order.
  bool Fresh() const { return fence == 1; }
};

class LostLease : public std::runtime_error {
 public:
  LostLease() : std::runtime_error("another driver has taken over this checkout") {}
};

// Checkouts that are not done. Counted up to 100,000.
struct OpenCheckouts {
  std::int64_t forward = 0;
  std::int64_t undo = 0;
  std::chrono::milliseconds oldest_age{0};
};

struct CheckoutTimes {
  std::chrono::milliseconds lease{15'000};
  std::chrono::milliseconds deadline{600'000};
};

class Checkouts {
 public:
  Checkouts(postgres::Database& database, CheckoutTimes times) : database_(database), times_(times) {}

  // The order with all its parts and its checkout, leased to the caller: one transaction. Nothing when an
  // order of this operation exists already.
  Task<std::optional<Lease>> Insert(Work work, const domain::Order& order, std::string trace);

  // Takes over a checkout that nobody drives. Nothing when somebody does, or when it is done.
  Task<std::optional<Lease>> Take(Work work, domain::OrderId order);
  // The same for up to `limit` that are due.
  Task<std::vector<Lease>> TakeDue(Work work, std::int64_t limit);

  // All parts become PLACED; the capture of the payment leaves through the outbox.
  // `order` as it was read under the lease.
  Task<> Place(Work work, const Lease& lease, const domain::Order& order,
               const domain::PaymentSummary& payment, Time now);
  Task<> DecideUndo(Work work, const Lease& lease, const domain::Failure& why);
  // All parts become FAILED.
  Task<> Fail(Work work, const Lease& lease, const domain::Order& order, const domain::Failure& why,
              const domain::PaymentSummary& payment, Time now);
  // Gives the lease back; due again after `delay`.
  Task<> Postpone(Work work, const Lease& lease, std::chrono::milliseconds delay, std::string error);

  Task<OpenCheckouts> CountOpen(Work work);

 private:
  Task<> WriteGuarded(Work work, postgres::Batch batch);

  postgres::Database& database_;
  const CheckoutTimes times_;
};

}  // namespace market::order::storage
