// Parts whose time in their state is over: taken by lease, one at a time, by whoever comes first.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/state.hpp"

namespace market::order::storage {

// How long a part stays in a state before it moves by itself, by the clock of the database.
struct TimeLimits {
  std::chrono::milliseconds accept_within{std::chrono::hours(72)};         // PLACED, then REJECTED
  std::chrono::milliseconds delivered_after{std::chrono::hours(14 * 24)};  // SHIPPED, then DELIVERED
  std::chrono::milliseconds completed_after{std::chrono::hours(14 * 24)};  // DELIVERED, then COMPLETED
};

struct Overdue {
  domain::SellerOrderId part;
  domain::State state = domain::State::kPlaced;  // that it has been in for too long
  std::int64_t fence = 1;
  std::uint32_t attempts = 0;
  std::uint32_t failures = 0;
};

class Timers {
 public:
  Timers(postgres::Database& database, TimeLimits limits) : database_(database), limits_(limits) {}

  // Up to `limit` parts, the longest overdue first; they are the caller's for a while.
  Task<std::vector<Overdue>> TakeDue(Work work, std::size_t limit);
  // It has moved on, whoever moved it.
  Task<> Finish(Work work, Overdue part);
  // Nothing when it is somebody else's by now.
  Task<> PutBack(Work work, Overdue part, runtime::Setback setback);
  Task<std::int64_t> CountParked(Work work);

 private:
  postgres::Database& database_;
  const TimeLimits limits_;
};

}  // namespace market::order::storage
