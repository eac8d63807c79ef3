#include "services/payment/storage/payments.hpp"

#include "platform/events/event.hpp"
#include "services/payment/messages.hpp"
#include "services/payment/storage/ledger.hpp"
#include "services/payment/storage/rows.hpp"

namespace market::payment::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;
using std::chrono::milliseconds;

constexpr Statement kInsert{"payment.insert", R"sql(
  INSERT INTO payment (id, order_id, buyer_id, currency, amount_minor, payment_method, state, created_at, updated_at,
                       lease_until, next_run_at, trace)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, coalesce(market_now() + $9::interval, '-infinity'), market_now() + $9::interval,
          $10))sql"};

constexpr Statement kInsertSplits{"payment.insert_splits", R"sql(
  INSERT INTO payment_split (payment_id, position, seller_order_id, seller_id, amount_minor)
  SELECT $1, position, part, seller, amount
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[]) WITH ORDINALITY AS s (part, seller, amount, position))sql"};

constexpr Statement kInsertAttempt{"payment.insert_attempt", R"sql(
  INSERT INTO payment_attempt (payment_id, operation, number, seller_order_id, provider_key, created_at)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};

constexpr Statement kUpsertRefund{"payment.upsert_refund", R"sql(
  INSERT INTO refund (seller_order_id, payment_id, amount_minor, state, reason, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $6)
  ON CONFLICT (seller_order_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at)sql"};

// Each guards the rest of its batch: require() ends the transaction when somebody else was there first. It
// gives back what its write made of the row.
constexpr Columns kWritten{Column{"max(version)", &domain::Payment::version}};
constexpr auto kRequireWon = " SELECT require(count(*) = 1), " + kWritten + " FROM won";

constexpr ComposedStatement kTake{"payment.take", R"sql(
  WITH won AS (UPDATE payment SET version = version + 1, lease_until = market_now() + $3::interval,
                                  next_run_at = market_now() + $3::interval
               WHERE id = $1 AND version = $2 AND lease_until <= market_now() RETURNING version))sql" +
                                                      kRequireWon};

constexpr ComposedStatement kClose{"payment.close", R"sql(
  WITH won AS (UPDATE payment SET version = version + 1, state = $3, updated_at = $4
               WHERE id = $1 AND version = $2 AND lease_until <= market_now() RETURNING version))sql" +
                                                        kRequireWon};

constexpr ComposedStatement kRecord{"payment.record", R"sql(
  WITH won AS (UPDATE payment SET version = version + 1, lease_until = market_now(), next_run_at = market_now() + $3::interval,
                                  asks = $4, failures = 0, last_error = '', parked_at = NULL, state = $5, authorized_minor = $6, captured_minor = $7,
                                  refunded_minor = $8, authorization_id = $9, decline_code = $10, updated_at = $11
               WHERE id = $1 AND version = $2 RETURNING version))sql" +
                                                          kRequireWon};

constexpr Statement kRecordAttempt{"payment.record_attempt", R"sql(
  UPDATE payment_attempt SET state = $4, code = $5 WHERE payment_id = $1 AND operation = $2 AND number = $3)sql"};

constexpr ComposedStatement kFind{
    "payment.find",
    "SELECT " + kPayment + kFromPayment + " WHERE p.order_id = $1 AND ($2::uuid IS NULL OR p.buyer_id = $2)"};
constexpr ComposedStatement kRead{
    "payment.read", "SELECT " + kPayment + kFromPayment + " WHERE p.id = $1 AND p.version = $2"};

// Names only: what can't be read in a row is for the driver of that row to find out.
constexpr Columns kDue{Column{"id", &Due::id}, Column{"version", &Due::version}, Column{"asks", &Due::asks},
                       Column{"failures", &Due::failures}};
constexpr ComposedStatement kTakeDue{"payment.take_due", R"sql(
  UPDATE payment SET version = version + 1, lease_until = market_now() + $2::interval, next_run_at = market_now() + $2::interval
  WHERE id IN (SELECT id FROM payment
               WHERE next_run_at <= market_now() AND lease_until <= market_now() AND parked_at IS NULL
               ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDue};

constexpr Statement kPutBack{"payment.put_back", R"sql(
  UPDATE payment SET version = version + 1, lease_until = market_now(), next_run_at = market_now() + $3::interval,
                     failures = $4, last_error = $5, parked_at = CASE WHEN $6 THEN market_now() END
  WHERE id = $1 AND version = $2)sql"};

constexpr Columns kUnresolved{
    Column{"count(*)", &Unresolved::payments}, Column{"count(parked_at)", &Unresolved::parked},
    Column{"greatest(0, coalesce(extract(epoch FROM max(market_now() - a.created_at)) * 1000, 0))::bigint",
           [](Unresolved& unresolved, std::int64_t ms) { unresolved.oldest_age = milliseconds(ms); }}};
constexpr ComposedStatement kCountUnresolved{"payment.count_unresolved", "SELECT " + kUnresolved + R"sql(
  FROM (SELECT id, parked_at FROM payment WHERE next_run_at IS NOT NULL AND (asks > 0 OR lease_until <= market_now()) LIMIT 100000) AS p
  JOIN payment_attempt a ON a.payment_id = p.id AND a.state = 'PENDING')sql"};

void AddInsert(Batch& batch, const domain::Payment& payment, std::optional<milliseconds> lease) {
  batch.Add(kInsert, payment.id, payment.order, payment.buyer,
            payment.IsTombstone() ? std::nullopt : std::optional(payment.currency), payment.amount_minor,
            payment.method, payment.state, payment.created_at, lease, payment.trace);
}

void AddSplits(Batch& batch, const domain::Payment& payment) {
  std::vector<domain::SellerOrderId> parts;
  std::vector<SellerId> sellers;
  std::vector<std::int64_t> amounts;
  for (const auto& split : payment.splits) {
    parts.push_back(split.seller_order);
    sellers.push_back(split.seller);
    amounts.push_back(split.amount_minor);
  }
  batch.Add(kInsertSplits, payment.id, parts, sellers, amounts);
}

void AddAttempt(Batch& batch, const domain::Payment& payment) {
  const auto& attempt = *payment.Pending();
  batch.Add(kInsertAttempt, payment.id, attempt.operation, attempt.number,
            attempt.seller_order.IsNil() ? std::nullopt : std::optional(attempt.seller_order),
            domain::ProviderKey(payment.id, attempt), attempt.created_at);
}

void AddRefund(Batch& batch, const domain::Payment& payment, const domain::Attempt& attempt) {
  if (attempt.operation != domain::Operation::kRefund) return;
  const auto& refund = *payment.FindRefund(attempt.seller_order);
  batch.Add(kUpsertRefund, refund.seller_order, payment.id, refund.amount_minor, refund.state, refund.reason,
            payment.updated_at);
}

}  // namespace

Task<bool> Payments::Insert(Work work, const domain::Payment& payment, milliseconds lease) {
  Batch batch("payment.insert");
  AddInsert(batch, payment, lease);
  AddSplits(batch, payment);
  AddAttempt(batch, payment);
  try {
    co_await database_.Write(work, std::move(batch));
  } catch (const postgres::SqlError& error) {
    if (error.IsUniqueViolation("payment_order_id_key")) co_return false;
    throw;
  }
  co_return true;
}

Task<bool> Payments::InsertTombstone(Work work, const domain::Payment& payment) {
  Batch batch("payment.insert_tombstone");
  AddInsert(batch, payment, std::nullopt);
  events::Append(batch, work, PaymentClosedEvent(payment, payment.version));
  try {
    co_await database_.Write(work, std::move(batch));
  } catch (const postgres::SqlError& error) {
    if (error.IsUniqueViolation("payment_order_id_key")) co_return false;
    throw;
  }
  co_return true;
}

Task<std::optional<domain::Payment>> Payments::Find(Work work, domain::OrderId order, Scope scope) {
  co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kFind, order, scope.BuyerId()));
}

Task<bool> Payments::Begin(Work work, domain::Payment& payment, milliseconds lease) {
  Batch batch("payment.begin");
  batch.Add(kTake, payment.id, payment.version, lease);
  AddRefund(batch, payment, *payment.Pending());
  AddAttempt(batch, payment);
  co_return co_await WriteGuarded(work, std::move(batch), payment);
}

Task<bool> Payments::Take(Work work, domain::Payment& payment, milliseconds lease) {
  Batch batch("payment.take");
  batch.Add(kTake, payment.id, payment.version, lease);
  co_return co_await WriteGuarded(work, std::move(batch), payment);
}

Task<bool> Payments::Close(Work work, domain::Payment& payment) {
  Batch batch("payment.close");
  batch.Add(kClose, payment.id, payment.version, payment.state, payment.updated_at);
  events::Append(batch, work, PaymentClosedEvent(payment, payment.version + 1));
  co_return co_await WriteGuarded(work, std::move(batch), payment);
}

Task<bool> Payments::Record(Work work, domain::Payment& payment, domain::Attempt attempt,
                            milliseconds ask_after) {
  const bool pending = attempt.state == domain::Progress::kPending;
  Batch batch("payment.record");
  batch.Add(kRecord, payment.id, payment.version, pending ? std::optional(ask_after) : std::nullopt,
            payment.asks, payment.state, payment.authorized_minor, payment.captured_minor,
            payment.refunded_minor, payment.authorization, payment.decline_code, payment.updated_at);
  if (!pending) {
    batch.Add(kRecordAttempt, payment.id, attempt.operation, attempt.number, attempt.state, attempt.code);
    AddRefund(batch, payment, attempt);
    if (const auto entry = domain::EntryOf(payment, attempt)) AddEntry(batch, payment, *entry);
    events::Append(batch, work, AttemptEndedEvent(payment, attempt, payment.version + 1));
  }
  co_return co_await WriteGuarded(work, std::move(batch), payment);
}

Task<std::vector<Due>> Payments::TakeDue(Work work, std::size_t limit, milliseconds lease) {
  co_return kDue.ReadAll(co_await database_.Write(work, kTakeDue, limit, lease));
}

Task<std::optional<domain::Payment>> Payments::Read(Work work, Due due) {
  co_return kPayment.ReadAtMostOne(co_await database_.Read(work, kRead, due.id, due.version));
}

Task<> Payments::PutBack(Work work, Due due, runtime::Setback setback) {
  co_await database_.Write(work, kPutBack, due.id, due.version, setback.delay, setback.failures, setback.why,
                           setback.Parked());
}

Task<Unresolved> Payments::CountUnresolved(Work work) {
  co_return kUnresolved.ReadOne(co_await database_.List(work, kCountUnresolved));
}

Task<bool> Payments::WriteGuarded(Work work, Batch batch, domain::Payment& payment) {
  try {
    const auto results = co_await database_.Write(work, std::move(batch));
    kWritten.ReadInto(payment, results.front().One(), 1);
    co_return true;
  } catch (const postgres::SqlError& error) {
    if (error.Is("MK001")) co_return false;
    throw;
  }
}

}  // namespace market::payment::storage
