#include "tools/marketctl/parked.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "platform/postgres/database.hpp"
#include "tools/marketctl/act.hpp"
#include "tools/marketctl/bad_arguments.hpp"
#include "tools/marketctl/migrate.hpp"

namespace market::marketctl {

struct Parked {
  std::string_view kind;
  std::string_view database;
  std::string_view table;
  postgres::Statement list;
  postgres::Statement retry;
  std::optional<postgres::Statement> drop;
};

namespace {

using namespace std::chrono_literals;

constexpr auto kLimit = 10s;

// What is given without ids is meant as all.
#define MARKET_PARKED_AMONG(id) \
  " WHERE parked_at IS NOT NULL AND (cardinality($1::uuid[]) = 0 OR " id " = ANY ($1))"

constexpr postgres::Statement kListOutbox{
    "outbox.list_parked",
    "SELECT id::text, topic || ' ' || key, parked_at::text, failures, coalesce(last_error, '') FROM outbox"
    " WHERE parked_at IS NOT NULL ORDER BY seq LIMIT 1000"};
constexpr postgres::Statement kRetryOutbox{
    "outbox.retry_parked",
    "UPDATE outbox SET parked_at = NULL, failures = 0, next_attempt_at = market_now()" MARKET_PARKED_AMONG(
        "id")};
// What has waited behind it is due.
constexpr postgres::Statement kDropOutbox{
    "outbox.drop_parked",
    "WITH gone AS (DELETE FROM outbox" MARKET_PARKED_AMONG(
        "id") " RETURNING id, topic, key, seq, last_error),"
              " next AS (UPDATE outbox o SET next_attempt_at = market_now() FROM gone"
              "  WHERE o.key = gone.key AND o.key <> '' AND o.topic = gone.topic AND o.seq > gone.seq"
              "  AND o.attempts = 0 AND o.parked_at IS NULL AND o.next_attempt_at > market_now())"
              " SELECT id::text, topic, key, coalesce(last_error, '') FROM gone"};

constexpr postgres::Statement kListCheckouts{"checkout.list_parked",
                                             "SELECT order_id::text, 'order ' || order_id || ' ' || step, "
                                             "parked_at::text, failures, last_error FROM checkout"
                                             " WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryCheckouts{
    "checkout.retry_parked",
    "UPDATE checkout SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "order_id")};

constexpr postgres::Statement kListTimers{
    "part_timer.list_parked",
    "SELECT seller_order_id::text, 'timer of seller order ' || seller_order_id, parked_at::text, failures,"
    " last_error FROM part_timer WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryTimers{
    "part_timer.retry_parked",
    "UPDATE part_timer SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "seller_order_id")};

constexpr postgres::Statement kListReturnTimers{
    "return_timer.list_parked",
    "SELECT return_id::text, 'timer of return ' || return_id, parked_at::text, failures,"
    " last_error FROM return_timer WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryReturnTimers{
    "return_timer.retry_parked",
    "UPDATE return_timer SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "return_id")};

constexpr postgres::Statement kListPayments{"payment.list_parked",
                                            "SELECT id::text, 'order ' || order_id || ' ' || state, "
                                            "parked_at::text, failures, last_error FROM payment"
                                            " WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryPayments{
    "payment.retry_parked",
    "UPDATE payment SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "id")};

constexpr postgres::Statement kListWebhooks{
    "webhook.list_parked",
    "SELECT w.event_id::text, e.provider || ' ' || e.event_id || ' ' || e.type || ' about ' || e.object_id,"
    " w.parked_at::text, w.failures, w.last_error FROM webhook w JOIN provider_event e ON e.id = w.event_id"
    " WHERE w.parked_at IS NOT NULL ORDER BY w.parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryWebhooks{
    "webhook.retry_parked",
    "UPDATE webhook SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "event_id")};
constexpr postgres::Statement kListPayouts{"payout.list_parked",
                                           "SELECT id::text, 'payout of seller ' || seller_id || ' ' || "
                                           "state, parked_at::text, failures, last_error FROM payout"
                                           " WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryPayouts{
    "payout.retry_parked",
    "UPDATE payout SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG("id")};

constexpr postgres::Statement kListDisputes{
    "dispute.list_parked",
    "SELECT id::text, 'dispute ' || provider_id || ' ' || state || ' of order ' || order_id, "
    "parked_at::text, failures,"
    " last_error FROM dispute WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryDisputes{
    "dispute.retry_parked",
    "UPDATE dispute SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "id")};

constexpr postgres::Statement kListTurns{
    "payout_turn.list_parked",
    "SELECT seller_id::text, 'payouts to seller ' || seller_id || ' in ' || currency, parked_at::text, "
    "failures, last_error"
    " FROM payout_turn WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryTurns{
    "payout_turn.retry_parked",
    "UPDATE payout_turn SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "seller_id")};
constexpr postgres::Statement kListSales{
    "sale.list_parked",
    "SELECT seller_order_id::text, 'sale ' || number || ' of order ' || order_id, parked_at::text, failures,"
    " last_error FROM sale WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetrySales{
    "sale.retry_parked",
    "UPDATE sale SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "seller_order_id")};

constexpr postgres::Statement kListErasures{
    "erasure.list_parked",
    "SELECT account_id::text, 'erasure ' || pass || ' of ' || array_to_string(waiting, ' '), parked_at::text,"
    " failures, last_error FROM erasure WHERE parked_at IS NOT NULL ORDER BY parked_at LIMIT 1000"};
constexpr postgres::Statement kRetryErasures{
    "erasure.retry_parked",
    "UPDATE erasure SET parked_at = NULL, failures = 0, next_run_at = market_now()" MARKET_PARKED_AMONG(
        "account_id")};

#undef MARKET_PARKED_AMONG

constexpr std::array kParked = {
    Parked{"outbox", "auth", "outbox", kListOutbox, kRetryOutbox, kDropOutbox},
    Parked{"outbox", "user", "outbox", kListOutbox, kRetryOutbox, kDropOutbox},
    Parked{"outbox", "product", "outbox", kListOutbox, kRetryOutbox, kDropOutbox},
    Parked{"outbox", "order", "outbox", kListOutbox, kRetryOutbox, kDropOutbox},
    Parked{"outbox", "payment", "outbox", kListOutbox, kRetryOutbox, kDropOutbox},
    Parked{"outbox", "notification", "outbox", kListOutbox, kRetryOutbox, kDropOutbox},
    Parked{"work", "auth", "erasure", kListErasures, kRetryErasures, std::nullopt},
    Parked{"work", "order", "checkout", kListCheckouts, kRetryCheckouts, std::nullopt},
    Parked{"work", "order", "part_timer", kListTimers, kRetryTimers, std::nullopt},
    Parked{"work", "order", "return_timer", kListReturnTimers, kRetryReturnTimers, std::nullopt},
    Parked{"work", "payment", "payment", kListPayments, kRetryPayments, std::nullopt},
    Parked{"work", "payment", "sale", kListSales, kRetrySales, std::nullopt},
    Parked{"work", "payment", "webhook", kListWebhooks, kRetryWebhooks, std::nullopt},
    Parked{"work", "payment", "dispute", kListDisputes, kRetryDisputes, std::nullopt},
    Parked{"work", "payment", "payout", kListPayouts, kRetryPayouts, std::nullopt},
    Parked{"work", "payment", "payout_turn", kListTurns, kRetryTurns, std::nullopt}};

postgres::Options OptionsOf(const ParkedTable& table) {
  return {.conninfo = table.conninfo,
          .name = std::string(table.Database()),
          .read_connections = 1,
          .write_connections = 1};
}

// The result of one statement, on a connection of its own.
Task<postgres::Result> Execute(boost::asio::io_context& io, const ParkedTable& table, postgres::Batch one) {
  postgres::Database database(io, OptionsOf(table));
  co_await database.Open(runtime::After(kLimit));
  auto results = co_await database.Write(runtime::After(kLimit), std::move(one));
  co_await database.Close(runtime::After(2s));
  co_return std::move(results.at(0));
}

// What is on record of a message says which it was, not what was in it.
void AppendDrop(postgres::Batch& batch, std::string_view database, const postgres::Row& message) {
  auto act = ActOf("marketctl outbox drop", std::string(database));
  act.target_type = "message";
  act.target_id = message.Text(0);
  act.before = {{"topic", std::string(message.Text(1))},
                {"key", std::string(message.Text(2))},
                {"lastError", std::string(message.Text(3))}};
  audit::Append(batch, runtime::After(kLimit), act);
}

}  // namespace

std::string_view ParkedTable::Database() const { return parked->database; }
std::string_view ParkedTable::Table() const { return parked->table; }

std::vector<ParkedTable> ParkedTables(std::string_view kind, const Conninfos& named,
                                      const std::optional<std::string>& database) {
  std::vector<ParkedTable> tables;
  for (const auto& database_of : Choose(named, database)) {
    for (const auto& parked : kParked) {
      if (parked.kind == kind && parked.database == database_of.migrations->database) {
        tables.push_back({&parked, database_of.conninfo});
      }
    }
  }
  if (tables.empty())
    throw BadArguments("none of the databases has " + std::string(kind) + " that can be parked");
  return tables;
}

std::string LineOf(const ParkedRow& row) {
  return row.database + "  " + row.id + "  " + row.what + "  parked " + row.parked_at + " after " +
         std::to_string(row.runs) + " broken runs: " + row.error;
}

Task<std::vector<ParkedRow>> ListParked(boost::asio::io_context& io, ParkedTable table) {
  postgres::Batch list;
  list.Add(table.parked->list);
  std::vector<ParkedRow> parked;
  const auto rows = co_await Execute(io, table, std::move(list));
  for (const auto row : rows) {
    parked.push_back({.database = std::string(table.Database()),
                      .id = std::string(row.Text(0)),
                      .what = std::string(row.Text(1)),
                      .parked_at = std::string(row.Text(2)),
                      .runs = row.Int(3),
                      .error = std::string(row.Text(4))});
  }
  co_return parked;
}

Task<std::int64_t> RetryParked(boost::asio::io_context& io, ParkedTable table, std::vector<Uuid> ids) {
  postgres::Batch retry;
  retry.Add(table.parked->retry, ids);
  const auto result = co_await Execute(io, table, std::move(retry));
  co_return result.AffectedRows();
}

Task<std::int64_t> DropParked(boost::asio::io_context& io, ParkedTable table, std::vector<Uuid> ids) {
  if (!table.parked->drop) throw BadArguments("rows of " + std::string(table.Table()) + " are never dropped");
  if (ids.empty()) throw BadArguments("drop needs ids");
  const auto drop = [&](postgres::Tx& tx) -> Task<std::int64_t> {
    const auto dropped = co_await tx.Execute(*table.parked->drop, ids);
    postgres::Batch acts("outbox.drop_on_record");
    for (const auto message : dropped) AppendDrop(acts, table.Database(), message);
    if (!acts.Empty()) co_await tx.ExecuteAndCommit(std::move(acts));
    co_return dropped.AffectedRows();
  };
  postgres::Database database(io, OptionsOf(table));
  co_await database.Open(runtime::After(kLimit));
  const auto dropped = co_await database.Transaction(runtime::After(kLimit), drop);
  co_await database.Close(runtime::After(2s));
  co_return dropped;
}

}  // namespace market::marketctl
