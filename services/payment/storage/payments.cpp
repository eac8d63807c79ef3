#include "services/payment/storage/payments.hpp"

#include "platform/events/event.hpp"
#include "services/payment/messages.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/rows.hpp"

namespace market::payment::storage {
namespace {

using domain::Payment;
using domain::Progress;
using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;
using std::chrono::milliseconds;

// require() ends the transaction when somebody else was there first, and gives back what the write made of the
// row.
constexpr Columns kWritten{Column{"max(version)", &Payment::version}};
constexpr auto kRequireWon = " SELECT require(count(*) = 1), " + kWritten + " FROM won";

constexpr ComposedStatement kInsert{"payment.insert", R"sql(
  WITH won AS (
    INSERT INTO payment (id, order_id, number, buyer_id, currency, amount_minor, authorized_minor, payment_method,
                         authorization_id, state, decline_code, undone_at, asks, next_run_at, trace, created_at, updated_at,
                         action_url)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, market_now() + $14::interval, $15, $16, $17, $28)
    ON CONFLICT (order_id, number) DO NOTHING RETURNING id, version),
  split AS (
    INSERT INTO payment_split (payment_id, position, seller_order_id, seller_id, amount_minor)
    SELECT won.id, s.position, s.part, s.seller, s.amount
    FROM won, unnest($18::uuid[], $19::uuid[], $20::bigint[]) WITH ORDINALITY AS s (part, seller, amount, position)),
  attempt AS (
    INSERT INTO payment_attempt (payment_id, operation, number, refund_id, provider_key, state, code, created_at)
    SELECT won.id, a.* FROM won, unnest($21::provider_operation[], $22::integer[], $23::uuid[], $24::uuid[], $25::progress[],
                                        $26::text[], $27::timestamptz[]) AS a))sql" +
                                                          kRequireWon};

constexpr Sql kUpdate{R"sql(
  WITH won AS (
    UPDATE payment SET version = version + 1, state = $3, authorized_minor = $4, captured_minor = $5, refunded_minor = $6,
                       authorization_id = $7, decline_code = $8, failure_code = $9, undone_at = $10, asks = $11,
                       updated_at = $12, next_run_at = market_now() + $13::interval, failures = 0, last_error = '',
                       parked_at = NULL, action_url = $21
    WHERE id = $1 AND version = $2 RETURNING id, version, currency, updated_at),
  attempt AS (
    INSERT INTO payment_attempt (payment_id, operation, number, refund_id, provider_key, state, code, created_at)
    SELECT won.id, a.* FROM won, unnest($14::provider_operation[], $15::integer[], $16::uuid[], $17::uuid[], $18::progress[],
                                        $19::text[], $20::timestamptz[]) AS a
    ON CONFLICT (payment_id, operation, number) DO UPDATE SET state = excluded.state, code = excluded.code))sql"};
constexpr ComposedStatement kWrite{"payment.write", kUpdate + kRequireWon};
// With the ledger's entry of the money that moved.
constexpr ComposedStatement kWriteMoved{"payment.write_moved", kUpdate + R"sql(,
  entry AS (
    INSERT INTO ledger_entry (id, cause, cause_id, payment_id, created_at, seller_order_id)
    SELECT $22::uuid, $23::ledger_cause, $24::uuid, won.id, won.updated_at, $28::uuid FROM won RETURNING id),
  posting AS (
    INSERT INTO ledger_posting (entry_id, position, account, owner_id, currency, amount_minor)
    SELECT entry.id, p.position, p.account, p.owner, won.currency, p.amount
    FROM won, entry, unnest($25::ledger_account[], $26::uuid[], $27::bigint[])
                       WITH ORDINALITY AS p (account, owner, amount, position)))sql" +
                                                                   kRequireWon};

constexpr Statement kInsertRefund{"payment.insert_refund", R"sql(
  INSERT INTO refund (id, payment_id, seller_order_id, amount_minor, state, reason, account_id, created_at, updated_at,
                      lines, line_units, line_amounts)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12))sql"};
constexpr Statement kUpdateRefund{"payment.update_refund",
                                  "UPDATE refund SET state = $2, updated_at = $3 WHERE id = $1"};

// What its shop earns is to be looked at again (sales.cpp). Before that was heard of there is no row, and nothing to look at.
constexpr Statement kTouchSale{"sale.refunded", R"sql(
  UPDATE sale SET next_run_at = market_now(), version = version + 1, failures = 0, parked_at = NULL
  WHERE seller_order_id = $1)sql"};

constexpr auto kSelect = "SELECT " + kPayment + " FROM payment p" + kPartsOfPayment;
constexpr ComposedStatement kFind{"payment.find", kSelect + " WHERE p.order_id = $1 AND p.number = $2"};
constexpr ComposedStatement kFindNewest{"payment.find_newest", "SELECT " + kPayment + R"sql(
  FROM (SELECT * FROM payment WHERE order_id = $1 ORDER BY number DESC LIMIT 1) AS p)sql" +
                                                                   kPartsOfPayment};
constexpr ComposedStatement kOfCharge{
    "payment.of_charge", kSelect + " WHERE p.authorization_id = $1 AND p.authorization_id <> ''"};
constexpr ComposedStatement kOfOrder{"payment.of_order", "SELECT " + kPayment + R"sql(
  FROM (SELECT * FROM payment WHERE order_id = $1 AND buyer_id IS NOT NULL AND ($2::uuid IS NULL OR buyer_id = $2)
        ORDER BY number DESC LIMIT 1) AS p)sql" + kPartsOfPayment};
constexpr ComposedStatement kGet{
    "payment.get",
    kSelect + " WHERE p.id = $1 AND p.buyer_id IS NOT NULL AND ($2::uuid IS NULL OR p.buyer_id = $2)"};
constexpr ComposedStatement kRead{"payment.read", kSelect + " WHERE p.id = $1 AND p.version = $2"};

constexpr auto kPageOfAll = kInSpan + R"sql(
    AND buyer_id IS NOT NULL AND ($4::payment_state IS NULL OR state = $4) ORDER BY id DESC LIMIT $5) AS p)sql" +
                            kPartsOfPayment + " ORDER BY p.id DESC";
constexpr ComposedStatement kList{"payment.list",
                                  "SELECT " + kPayment + " FROM (SELECT * FROM payment WHERE" + kPageOfAll};
constexpr ComposedStatement kListOfOrder{
    "payment.list_of_order",
    "SELECT " + kPayment + " FROM (SELECT * FROM payment WHERE order_id = $6 AND" + kPageOfAll};

// Names only: what can't be read in a row is for the driver of that row to find out.
constexpr Columns kDue{Column{"id", &Due::id}, Column{"version", &Due::version}, Column{"asks", &Due::asks},
                       Column{"failures", &Due::failures}};
constexpr ComposedStatement kTakeDue{"payment.take_due", R"sql(
  UPDATE payment SET version = version + 1, next_run_at = market_now() + $2::interval
  WHERE id IN (SELECT id FROM payment WHERE next_run_at <= market_now() AND parked_at IS NULL
               ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDue};

constexpr Statement kPutBack{"payment.put_back", R"sql(
  UPDATE payment SET version = version + 1, next_run_at = market_now() + $3::interval,
                     failures = $4, last_error = $5, parked_at = CASE WHEN $6 THEN market_now() END
  WHERE id = $1 AND version = $2)sql"};

constexpr Columns kUnresolved{
    Column{"count(*)", &Unresolved::payments}, Column{"count(parked_at)", &Unresolved::parked},
    Column{"greatest(0, coalesce(extract(epoch FROM max(market_now() - a.created_at)) * 1000, 0))::bigint",
           [](Unresolved& unresolved, std::int64_t ms) { unresolved.oldest_age = milliseconds(ms); }}};
constexpr ComposedStatement kCountUnresolved{"payment.count_unresolved", "SELECT " + kUnresolved + R"sql(
  FROM (SELECT id, parked_at FROM payment WHERE next_run_at IS NOT NULL AND state <> 'REQUIRES_ACTION' LIMIT 100000) AS p
  JOIN payment_attempt a ON a.payment_id = p.id AND a.state = 'PENDING')sql"};

// As columns.
struct Splits {
  explicit Splits(const Payment& payment) {
    for (const auto& split : payment.splits) {
      parts.push_back(split.seller_order);
      sellers.push_back(split.seller);
      amounts.push_back(split.amount_minor);
    }
  }
  std::vector<domain::SellerOrderId> parts;
  std::vector<SellerId> sellers;
  std::vector<std::int64_t> amounts;
};

struct RefundedLines {
  explicit RefundedLines(const domain::Refund& refund) {
    for (const auto& line : refund.lines) {
      ids.push_back(line.line);
      units.push_back(line.quantity);
      amounts.push_back(line.amount_minor);
    }
  }
  std::vector<domain::LineId> ids;
  std::vector<std::int64_t> units;
  std::vector<std::int64_t> amounts;
};

// Those that are new or not as they were.
struct Attempts {
  Attempts(const Payment& before, const Payment& after) {
    for (const auto& attempt : after.attempts) {
      const auto* known = before.FindAttempt(attempt.operation, attempt.number);
      if (known && *known == attempt) continue;
      operations.push_back(attempt.operation);
      numbers.push_back(attempt.number);
      refunds.push_back(attempt.refund.IsNil() ? std::nullopt : std::optional(attempt.refund));
      keys.push_back(domain::ProviderKey(after, attempt));
      states.push_back(attempt.state);
      codes.push_back(attempt.code);
      times.push_back(attempt.created_at);
    }
  }
  std::vector<domain::Operation> operations;
  std::vector<int> numbers;
  std::vector<std::optional<domain::RefundId>> refunds;
  std::vector<Uuid> keys;
  std::vector<Progress> states;
  std::vector<std::string> codes;
  std::vector<Time> times;
};

void AddInsert(Batch& batch, const Payment& before, const Payment& after,
               std::optional<milliseconds> run_after) {
  const Splits s(after);
  const Attempts a(before, after);
  batch.Add(kInsert, after.id, after.order, after.number, after.buyer,
            after.HasTerms() ? std::optional(after.currency) : std::nullopt, after.amount_minor,
            after.authorized_minor, after.method, after.authorization, after.state, after.decline_code,
            after.undone_at, after.asks, run_after, after.trace, after.created_at, after.updated_at, s.parts,
            s.sellers, s.amounts, a.operations, a.numbers, a.refunds, a.keys, a.states, a.codes, a.times,
            after.action_url);
}

void AddUpdate(Batch& batch, const Payment& before, const Payment& after,
               std::optional<milliseconds> run_after) {
  const Attempts a(before, after);
  const auto add = [&](const Statement& statement, const auto&... entry) {
    batch.Add(statement, after.id, before.version, after.state, after.authorized_minor, after.captured_minor,
              after.refunded_minor, after.authorization, after.decline_code, after.failure_code,
              after.undone_at, after.asks, after.updated_at, run_after, a.operations, a.numbers, a.refunds,
              a.keys, a.states, a.codes, a.times, after.action_url, entry...);
  };
  const auto entry = domain::EntryBetween(before, after);
  if (!entry) return add(kWrite);
  const Postings p(*entry);
  add(kWriteMoved, Uuid::NewV7(), entry->cause, entry->cause_id, p.accounts, p.owners, p.amounts,
      entry->seller_order);
}

void AddRefunds(Batch& batch, const Payment& before, const Payment& after) {
  for (const auto& refund : after.refunds) {
    const auto* known = before.FindRefund(refund.id);
    if (known && known->state == refund.state) continue;
    if (!known) {
      const RefundedLines lines(refund);
      batch.Add(kInsertRefund, refund.id, after.id, refund.seller_order, refund.amount_minor, refund.state,
                refund.reason, refund.account, refund.created_at, after.updated_at, lines.ids, lines.units,
                lines.amounts);
    } else {
      batch.Add(kUpdateRefund, refund.id, refund.state, after.updated_at);
    }
    if (refund.state == Progress::kSucceeded) batch.Add(kTouchSale, refund.seller_order);
  }
}

}  // namespace

Task<bool> Payments::Write(Work work, const Payment& before, Payment& after,
                           std::optional<milliseconds> run_after, const audit::Act* act) {
  const bool is_new = before.version == 0;
  Batch batch(is_new ? kInsert.name : kWrite.name);
  if (is_new) {
    AddInsert(batch, before, after, run_after);
  } else {
    AddUpdate(batch, before, after, run_after);
  }
  AddRefunds(batch, before, after);
  const auto events = EventsBetween(before, after, before.version + 1);
  if (!events.empty()) events::Append(batch, work, events);
  if (act != nullptr) audit::Append(batch, work, *act);
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    kWritten.ReadInto(after, results.front().One(), 1);
    co_return true;
  } catch (const postgres::SqlError& error) {
    if (error.IsUniqueViolation("refund_pkey")) {
      throw Error(Code::kAlreadyExists, "ALREADY_EXISTS", "the refund's id belongs to another refund");
    }
    if (error.Is("MK001")) co_return false;
    throw;
  }
}

Task<std::optional<Payment>> Payments::Find(Work work, domain::OrderId order, std::optional<int> number) {
  if (number) co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kFind, order, *number));
  co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kFindNewest, order));
}

Task<std::optional<Payment>> Payments::OfCharge(Work work, std::string authorization) {
  co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kOfCharge, authorization));
}

Task<std::optional<Payment>> Payments::OfOrder(Work work, domain::OrderId order, Scope scope) {
  co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kOfOrder, order, scope.BuyerId()));
}

Task<std::optional<Payment>> Payments::Get(Work work, domain::PaymentId id, Scope scope) {
  co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kGet, id, scope.BuyerId()));
}

Task<std::vector<Payment>> Payments::List(Work work, Wanted wanted, std::optional<domain::PaymentId> after,
                                          std::int64_t limit) {
  const auto& created = wanted.created;
  if (wanted.order) {
    co_return kPayment.ReadAll(co_await database_.List(work, kListOfOrder, created.from, created.to, after,
                                                       wanted.state, limit, *wanted.order));
  }
  co_return kPayment.ReadAll(
      co_await database_.List(work, kList, created.from, created.to, after, wanted.state, limit));
}

Task<std::vector<Due>> Payments::TakeDue(Work work, std::size_t limit, milliseconds lease) {
  co_return kDue.ReadAll(co_await database_.Write(work, kTakeDue, limit, lease));
}

Task<std::optional<Payment>> Payments::Read(Work work, Due due) {
  co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kRead, due.id, due.version));
}

Task<> Payments::PutBack(Work work, Due due, runtime::Setback setback) {
  co_await database_.Write(work, kPutBack, due.id, due.version, setback.delay, setback.failures, setback.why,
                           setback.Parked());
}

Task<Unresolved> Payments::CountUnresolved(Work work) {
  co_return kUnresolved.ReadOne(co_await database_.List(work, kCountUnresolved));
}

}  // namespace market::payment::storage
