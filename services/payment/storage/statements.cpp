#include "services/payment/storage/statements.hpp"

#include "platform/postgres/columns.hpp"

namespace market::payment::storage {
namespace {

using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;

// Of the shop $1, with what an entry comes to for it.
constexpr Sql kOwnEntries{R"sql(
  (SELECT e.id, e.cause, e.cause_id, e.created_at, l.currency, -sum(l.amount_minor)::bigint AS minor
   FROM ledger_posting l JOIN ledger_entry e ON e.id = l.entry_id
   WHERE l.owner_id = $1 AND l.account IN ('seller_pending', 'seller_available', 'seller_reserve')
   GROUP BY e.id, l.currency HAVING sum(l.amount_minor) <> 0) AS own)sql"};

struct MonthRow {
  std::string month;
};
constexpr Columns kMonth{Column{"month", &MonthRow::month}};
constexpr ComposedStatement kMonths{"statement.months", "SELECT " + kMonth + R"sql( FROM (
  SELECT DISTINCT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM )sql" +
                                                            kOwnEntries +
                                                            R"sql() AS months
  WHERE $2::text IS NULL OR month < $2 ORDER BY month DESC LIMIT $3)sql"};

constexpr Columns kSum{
    Column{"currency", &StatementSum::currency}, Column{"cause", &StatementSum::cause},
    Column{"count(*) FILTER (WHERE created_at >= $2)", &StatementSum::entries},
    Column{"coalesce(sum(minor) FILTER (WHERE created_at >= $2), 0)::bigint", &StatementSum::amount_minor},
    Column{"coalesce(sum(minor) FILTER (WHERE created_at < $2), 0)::bigint", &StatementSum::before_minor}};
constexpr ComposedStatement kSums{"statement.sums", "SELECT " + kSum + " FROM " + kOwnEntries + R"sql(
  WHERE created_at < $3::timestamptz GROUP BY currency, cause ORDER BY currency, cause)sql"};

constexpr Columns kEntryOf{Column{"id", &StatementEntry::id},
                           Column{"currency", &StatementEntry::currency},
                           Column{"cause", &StatementEntry::cause},
                           Column{"cause_id", &StatementEntry::cause_id},
                           Column{"minor", &StatementEntry::amount_minor},
                           Column{"created_at", &StatementEntry::booked_at}};
constexpr ComposedStatement kEntries{"statement.entries",
                                     "SELECT " + kEntryOf + " FROM " + kOwnEntries + R"sql(
  WHERE created_at >= $2 AND created_at < $3 AND ($4::uuid IS NULL OR id > $4) ORDER BY id, currency LIMIT $5)sql"};

Time FirstDayOf(std::chrono::year_month month) { return Time(std::chrono::sys_days(month / 1)); }

}  // namespace

Task<std::vector<std::string>> Statements::Months(Work work, SellerId seller,
                                                  std::optional<std::string> before, std::int64_t limit) {
  std::vector<std::string> months;
  for (auto& row : kMonth.ReadAll(co_await database_.List(work, kMonths, seller, before, limit)))
    months.push_back(std::move(row.month));
  co_return months;
}

Task<std::vector<StatementSum>> Statements::Sums(Work work, SellerId seller, std::chrono::year_month month) {
  co_return kSum.ReadAll(co_await database_.List(work, kSums, seller, FirstDayOf(month),
                                                 FirstDayOf(month + std::chrono::months(1))));
}

Task<std::vector<StatementEntry>> Statements::Entries(Work work, SellerId seller,
                                                      std::chrono::year_month month,
                                                      std::optional<EntryId> after, std::int64_t limit) {
  co_return kEntryOf.ReadAll(co_await database_.List(
      work, kEntries, seller, FirstDayOf(month), FirstDayOf(month + std::chrono::months(1)), after, limit));
}

}  // namespace market::payment::storage
