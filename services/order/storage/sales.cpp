#include "services/order/storage/sales.hpp"

#include "platform/postgres/columns.hpp"
#include "services/order/storage/ids_at.hpp"

namespace market::order::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;

constexpr Columns kSalesOfDay{
    Column{
        "floor(extract(epoch FROM s.created_at) / 86400)::bigint",
        [](SalesOfDay& sold, std::int64_t day) { sold.day = std::chrono::sys_days(std::chrono::days(day)); }},
    Column{"count(*)", &SalesOfDay::orders}, Column{"sum(u.units)::bigint", &SalesOfDay::units},
    Column{"sum(s.total_minor)::bigint", &SalesOfDay::gross_minor},
    Column{"sum(s.refunded_minor)::bigint", &SalesOfDay::refunded_minor}};
// Whose payment holds: of one that was given up, or lost, nobody was charged.
constexpr ComposedStatement kSales{"seller_order.sales", "SELECT " + kSalesOfDay + R"sql(
  FROM seller_order s JOIN orders o ON o.id = s.order_id
  CROSS JOIN LATERAL (SELECT sum(l.quantity) AS units FROM order_line l WHERE l.seller_order_id = s.id) AS u
  WHERE s.seller_id = $1 AND s.order_id >= $2 AND s.order_id < $3 AND s.created_at >= $4 AND s.created_at < $5
    AND s.state NOT IN ('PENDING_PAYMENT', 'FAILED') AND o.payment_state IN ('AUTHORIZED', 'CAPTURED') AND o.currency = $6
  GROUP BY 1 ORDER BY 1)sql"};

}  // namespace

postgres::Statement SalesStatement() { return kSales; }

Task<std::vector<SalesOfDay>> Sales::Of(Work work, SellerId seller, std::chrono::sys_days first,
                                        std::chrono::sys_days end, Currency currency) {
  const Time since(first);
  const Time until(end);
  co_return kSalesOfDay.ReadAll(co_await database_.List(work, kSales, seller, FirstIdAt(since - kIdsApart),
                                                        FirstIdAt(until + kIdsApart), since, until,
                                                        currency));
}

}  // namespace market::order::storage
