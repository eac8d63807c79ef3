// Parts and returns whose time in their state is over: taken by lease, one at a time, by whoever comes first.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "platform/postgres/database.hpp"
#include "platform/runtime/setback.hpp"
#include "services/order/domain/ids.hpp"
#include "services/order/domain/return.hpp"
#include "services/order/domain/state.hpp"

namespace market::order::storage {

// How long a part stays in a state before it moves by itself, by the clock of the database. What has an open return is not
// COMPLETED.
struct TimeLimits {
  std::chrono::milliseconds accept_within{std::chrono::hours(72)};         // PLACED, then REJECTED
  std::chrono::milliseconds delivered_after{std::chrono::hours(14 * 24)};  // SHIPPED, then DELIVERED
  std::chrono::milliseconds completed_after{std::chrono::hours(14 * 24)};  // DELIVERED, then COMPLETED
  // And a return.
  std::chrono::milliseconds answer_within{std::chrono::hours(72)};       // REQUESTED, then APPROVED
  std::chrono::milliseconds send_within{std::chrono::hours(14 * 24)};    // APPROVED, then REJECTED
  std::chrono::milliseconds refund_within{std::chrono::hours(14 * 24)};  // RECEIVED, then CLOSED
};

struct Overdue {
  domain::SellerOrderId part;
  domain::State state = domain::State::kPlaced;  // that it has been in for too long
  std::int64_t fence = 1;
  std::uint32_t attempts = 0;
  std::uint32_t failures = 0;
};

struct OverdueReturn {
  domain::ReturnId id;
  domain::ReturnState state = domain::ReturnState::kRequested;  // that it has been in for too long
  std::int64_t fence = 1;
  std::uint32_t attempts = 0;
  std::uint32_t failures = 0;
};

class Timers {
 public:
  Timers(postgres::Database& database, TimeLimits limits) : database_(database), limits_(limits) {}

  // Up to `limit`, the longest overdue first; they are the caller's for a while.
  Task<std::vector<Overdue>> TakeDue(Work work, std::size_t limit);
  Task<std::vector<OverdueReturn>> TakeDueReturns(Work work, std::size_t limit);
  // It has moved on, whoever moved it.
  Task<> Finish(Work work, Overdue part);
  Task<> Finish(Work work, OverdueReturn coming);
  // Nothing when it is somebody else's by now.
  Task<> PutBack(Work work, Overdue part, runtime::Setback setback);
  Task<> PutBack(Work work, OverdueReturn coming, runtime::Setback setback);
  // Of both.
  Task<std::int64_t> CountParked(Work work);

 private:
  postgres::Database& database_;
  const TimeLimits limits_;
};

}  // namespace market::order::storage
