#include "services/order/storage/timers.hpp"

#include <utility>

#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using postgres::Statement;

// Longer than a move may take.
constexpr std::chrono::seconds kTimerLease{30};

constexpr Columns kOverdue{Column{"taken.seller_order_id", &Overdue::part},
                           Column{"due.state", &Overdue::state}, Column{"taken.fence", &Overdue::fence},
                           Column{"taken.attempts", &Overdue::attempts},
                           Column{"taken.failures", &Overdue::failures}};
constexpr postgres::ComposedStatement kTakeOverdue{"part_timer.take_due", R"sql(
  WITH due AS (
    SELECT s.id, s.state FROM seller_order s LEFT JOIN part_timer t ON t.seller_order_id = s.id
    WHERE (s.state = 'PLACED' AND s.moved_at <= market_now() - $2::interval
           OR s.state = 'SHIPPED' AND s.moved_at <= market_now() - $3::interval
           OR s.state = 'DELIVERED' AND s.moved_at <= market_now() - $4::interval
              AND NOT EXISTS (SELECT FROM order_return r WHERE r.seller_order_id = s.id
                              AND r.state IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED')))
      AND (t.seller_order_id IS NULL
           OR t.parked_at IS NULL AND t.next_run_at <= market_now() AND t.lease_until < market_now())
    ORDER BY s.moved_at LIMIT $1),
  taken AS (
    INSERT INTO part_timer AS t (seller_order_id, lease_until)
    SELECT id, market_now() + $5::interval FROM due
    ON CONFLICT (seller_order_id) DO UPDATE SET lease_until = excluded.lease_until, fence = t.fence + 1
      WHERE t.parked_at IS NULL AND t.next_run_at <= market_now() AND t.lease_until < market_now()
    RETURNING *)
  SELECT )sql" + kOverdue + " FROM taken JOIN due ON due.id = taken.seller_order_id"};
constexpr Statement kFinish{"part_timer.finish",
                            "DELETE FROM part_timer WHERE seller_order_id = $1 AND fence = $2"};
constexpr Statement kPutTimerBack{"part_timer.put_back", R"sql(
  UPDATE part_timer SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
                        failures = $4, last_error = $5, parked_at = CASE WHEN $6 THEN market_now() END
  WHERE seller_order_id = $1 AND fence = $2)sql"};

constexpr Columns kOverdueReturn{
    Column{"taken.return_id", &OverdueReturn::id}, Column{"due.state", &OverdueReturn::state},
    Column{"taken.fence", &OverdueReturn::fence}, Column{"taken.attempts", &OverdueReturn::attempts},
    Column{"taken.failures", &OverdueReturn::failures}};
constexpr postgres::ComposedStatement kTakeOverdueReturns{"return_timer.take_due", R"sql(
  WITH due AS (
    SELECT r.id, r.state FROM order_return r LEFT JOIN return_timer t ON t.return_id = r.id
    WHERE (r.state = 'REQUESTED' AND r.moved_at <= market_now() - $2::interval
           OR r.state = 'APPROVED' AND r.moved_at <= market_now() - $3::interval
           OR r.state = 'RECEIVED' AND r.moved_at <= market_now() - $4::interval)
      AND (t.return_id IS NULL
           OR t.parked_at IS NULL AND t.next_run_at <= market_now() AND t.lease_until < market_now())
    ORDER BY r.moved_at LIMIT $1),
  taken AS (
    INSERT INTO return_timer AS t (return_id, lease_until)
    SELECT id, market_now() + $5::interval FROM due
    ON CONFLICT (return_id) DO UPDATE SET lease_until = excluded.lease_until, fence = t.fence + 1
      WHERE t.parked_at IS NULL AND t.next_run_at <= market_now() AND t.lease_until < market_now()
    RETURNING *)
  SELECT )sql" + kOverdueReturn + " FROM taken JOIN due ON due.id = taken.return_id"};
constexpr Statement kFinishReturn{"return_timer.finish",
                                  "DELETE FROM return_timer WHERE return_id = $1 AND fence = $2"};
constexpr Statement kPutReturnBack{"return_timer.put_back", R"sql(
  UPDATE return_timer SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
                          failures = $4, last_error = $5, parked_at = CASE WHEN $6 THEN market_now() END
  WHERE return_id = $1 AND fence = $2)sql"};

struct ParkedTimers {
  std::int64_t count = 0;
};
constexpr Columns kParkedTimers{Column{"count(*)", &ParkedTimers::count}};
constexpr postgres::ComposedStatement kCountParkedTimers{"part_timer.count_parked",
                                                         "SELECT " + kParkedTimers + R"sql( FROM (
  SELECT FROM part_timer WHERE parked_at IS NOT NULL UNION ALL SELECT FROM return_timer WHERE parked_at IS NOT NULL) AS timer)sql"};

}  // namespace

Task<std::vector<Overdue>> Timers::TakeDue(Work work, std::size_t limit) {
  co_return kOverdue.ReadAll(co_await database_.Write(work, kTakeOverdue, limit, limits_.accept_within,
                                                      limits_.delivered_after, limits_.completed_after,
                                                      std::chrono::milliseconds(kTimerLease)));
}

Task<> Timers::Finish(Work work, Overdue part) {
  co_await database_.Write(work, kFinish, part.part, part.fence);
}

Task<> Timers::PutBack(Work work, Overdue part, runtime::Setback setback) {
  co_await database_.Write(work, kPutTimerBack, part.part, part.fence, setback.delay, setback.failures,
                           setback.why, setback.Parked());
}

Task<std::vector<OverdueReturn>> Timers::TakeDueReturns(Work work, std::size_t limit) {
  co_return kOverdueReturn.ReadAll(
      co_await database_.Write(work, kTakeOverdueReturns, limit, limits_.answer_within, limits_.send_within,
                               limits_.refund_within, std::chrono::milliseconds(kTimerLease)));
}

Task<> Timers::Finish(Work work, OverdueReturn coming) {
  co_await database_.Write(work, kFinishReturn, coming.id, coming.fence);
}

Task<> Timers::PutBack(Work work, OverdueReturn coming, runtime::Setback setback) {
  co_await database_.Write(work, kPutReturnBack, coming.id, coming.fence, setback.delay, setback.failures,
                           setback.why, setback.Parked());
}

Task<std::int64_t> Timers::CountParked(Work work) {
  co_return kParkedTimers.ReadOne(co_await database_.Read(work, kCountParkedTimers)).count;
}

}  // namespace market::order::storage
