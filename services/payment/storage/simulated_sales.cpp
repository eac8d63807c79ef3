#include "services/payment/storage/simulated_sales.hpp"

#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using domain::CommissionedLine;
using domain::SimulatedLine;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Inside;

constexpr Columns kCommissioned{
    Column{"s.seller_id", &CommissionedLine::seller}, Column{"l.category_ids", &CommissionedLine::categories},
    Column{"l.unit_price_minor",
           [](CommissionedLine& line, std::int64_t minor) { line.unit_price.minor = minor; }},
    Column{"s.currency",
           [](CommissionedLine& line, Currency currency) { line.unit_price.currency = currency; }}};
constexpr Columns kSold{
    Column{"l.line_id", &SimulatedLine::id},
    Inside{&SimulatedLine::line, kCommissioned},
    Column{"s.placed_at", &SimulatedLine::placed_at},
    Column{"l.quantity", &SimulatedLine::quantity},
    Column{"l.paid_minor - l.refunded_minor + l.funded_left_minor", &SimulatedLine::earned_minor},
    Column{"l.commission_minor", &SimulatedLine::commission_minor}};
constexpr ComposedStatement kListSold{"commission.list_sold", "SELECT " + kSold + R"sql(
  FROM sale s JOIN sale_line l ON l.seller_order_id = s.seller_order_id
  WHERE s.placed_at >= $1 AND ($2::timestamptz IS NULL OR (s.placed_at, l.line_id) < ($2, $3::uuid))
  ORDER BY s.placed_at DESC, l.line_id DESC LIMIT $4)sql"};

}  // namespace

Task<std::vector<SimulatedLine>> SimulatedSales::Sold(Work work, Time from, std::optional<SoldPosition> after,
                                                      std::int64_t limit) {
  const auto placed_at = after ? std::optional(after->placed_at) : std::nullopt;
  const auto line = after ? std::optional(after->line) : std::nullopt;
  co_return kSold.ReadAll(co_await database_.List(work, kListSold, from, placed_at, line, limit));
}

}  // namespace market::payment::storage
