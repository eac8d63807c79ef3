#include "services/order/storage/checkouts.hpp"

#include "platform/events/event.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/rows.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Statement;

constexpr Statement kInsertOrder{"order.insert", R"sql(
  INSERT INTO orders (id, operation_id, buyer_id, number, currency, total_minor, payment_method, recipient,
                      address_lines, city, region, postal_code, country_code, phone, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15))sql"};

constexpr Statement kInsertParts{"order.insert_parts", R"sql(
  WITH part AS (
    INSERT INTO seller_order (id, order_id, position, seller_id, number, state, total_minor, created_at, updated_at)
    SELECT id, $1, position, seller_id, number, 'PENDING_PAYMENT', total_minor, $6, $6
    FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[]) WITH ORDINALITY
      AS p (id, seller_id, number, total_minor, position)
    RETURNING id)
  INSERT INTO order_event (order_id, seller_order_id, at, to_state, actor)
  SELECT $1, id, $6, 'PENDING_PAYMENT', 'buyer' FROM part)sql"};

constexpr Statement kInsertLines{"order.insert_lines", R"sql(
  INSERT INTO order_line (seller_order_id, position, offer_id, product_id, title, sku, options, quantity,
                          unit_price_minor, total_minor)
  SELECT part, position, offer, product, title, sku, options::jsonb, quantity, price, quantity * price
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
    WITH ORDINALITY AS l (part, offer, product, title, sku, options, quantity, price, position))sql"};

constexpr Statement kInsertCheckout{"checkout.insert", R"sql(
  INSERT INTO checkout (order_id, step, lease_until, deadline_at, trace)
  VALUES ($1, 'FORWARD', market_now() + $2::interval, market_now() + $3::interval, $4))sql"};

#define MARKET_LEASE_COLUMNS \
  "order_id, fence, step, undo_reason, undo_details, attempts, failures, deadline_at < market_now(), trace"
constexpr Statement kTake{"checkout.take",
                          "UPDATE checkout SET fence = fence + 1, lease_until = market_now() + $2::interval"
                          " WHERE order_id = $1 AND step <> 'DONE' AND lease_until < market_now()"
                          " RETURNING " MARKET_LEASE_COLUMNS};
constexpr Statement kRead{"checkout.read",
                          "SELECT " MARKET_LEASE_COLUMNS
                          " FROM checkout WHERE order_id = $1 AND fence = $2 AND step <> 'DONE'"};
#undef MARKET_LEASE_COLUMNS
// Names only: what can't be read in a row is for the driver of that row to find out.
constexpr Statement kTakeDue{"checkout.take_due", R"sql(
  UPDATE checkout SET fence = fence + 1, lease_until = market_now() + $2::interval
  WHERE order_id IN (SELECT order_id FROM checkout WHERE step <> 'DONE' AND parked_at IS NULL
                     AND next_run_at <= market_now() AND lease_until < market_now()
                     ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING order_id, fence, attempts, failures)sql"};
constexpr Statement kPutBack{"checkout.put_back", R"sql(
  UPDATE checkout SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
                      failures = $4, last_error = $5, parked_at = CASE WHEN $6 THEN market_now() END
  WHERE order_id = $1 AND fence = $2 AND step <> 'DONE')sql"};

// Each guards the rest of its batch: require() ends the transaction when the lease is lost.
constexpr Statement kDone{"checkout.done", R"sql(
  WITH won AS (UPDATE checkout SET step = 'DONE', lease_until = market_now(), failures = 0,
                                   last_error = '', parked_at = NULL
               WHERE order_id = $1 AND fence = $2 AND step = $3 RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};
constexpr Statement kUndo{"checkout.undo", R"sql(
  WITH won AS (UPDATE checkout SET step = 'UNDO', undo_reason = $3, undo_details = $4
               WHERE order_id = $1 AND fence = $2 AND step = 'FORWARD' RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};
constexpr Statement kPostpone{"checkout.postpone", R"sql(
  WITH won AS (UPDATE checkout SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
                                   failures = 0, last_error = $4, parked_at = NULL
               WHERE order_id = $1 AND fence = $2 AND step <> 'DONE' RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};

constexpr Statement kMoveParts{"order.move_parts", R"sql(
  WITH moved AS (UPDATE seller_order SET state = $2, version = version + 1, updated_at = $3
                 WHERE order_id = $1 AND state = 'PENDING_PAYMENT' RETURNING id)
  INSERT INTO order_event (order_id, seller_order_id, at, from_state, to_state, actor, reason)
  SELECT $1, id, $3, 'PENDING_PAYMENT', $2, 'system', $4 FROM moved)sql"};
constexpr Statement kSettleOrder{"order.settle", R"sql(
  UPDATE orders SET payment_state = $2, authorized_minor = $3, captured_minor = $4, refunded_minor = $5,
                    failure_reason = $6, failure_details = $7, version = version + 1, updated_at = $8
  WHERE id = $1)sql"};

constexpr Statement kCountOpen{"checkout.count_open", R"sql(
  SELECT count(*) FILTER (WHERE step = 'FORWARD'), count(*) FILTER (WHERE step = 'UNDO'), count(parked_at),
         greatest(0, coalesce(extract(epoch FROM max(market_now() - deadline_at + $1::interval)) * 1000, 0))::bigint
  FROM (SELECT step, deadline_at, parked_at FROM checkout WHERE step <> 'DONE' LIMIT 100000) AS open)sql"};

Step StepFrom(std::string_view name) {
  if (name == "FORWARD") return Step::kForward;
  if (name == "UNDO") return Step::kUndo;
  return Step::kDone;
}

std::string_view NameOf(Step step) {
  switch (step) {
    case Step::kForward:
      return "FORWARD";
    case Step::kUndo:
      return "UNDO";
    case Step::kDone:
      return "DONE";
  }
  throw std::logic_error("a step without a name");
}

Lease ReadLease(const postgres::Row& row) {
  return {.order = row.GetId<domain::OrderId>(0),
          .fence = row.Int(1),
          .step = StepFrom(row.Text(2)),
          .undo = {.reason = std::string(row.Text(3)), .details = row.TextArray(4)},
          .attempts = static_cast<std::uint32_t>(row.Int(5)),
          .failures = static_cast<std::uint32_t>(row.Int(6)),
          .overdue = row.GetBool(7),
          .trace = std::string(row.Text(8))};
}

void AddParts(Batch& batch, const domain::Order& order) {
  std::vector<domain::SellerOrderId> ids;
  std::vector<SellerId> sellers;
  std::vector<std::string> numbers;
  std::vector<std::int64_t> totals;
  for (const auto& part : order.parts) {
    ids.push_back(part.id);
    sellers.push_back(part.seller);
    numbers.push_back(part.number);
    totals.push_back(part.total.minor);
  }
  batch.Add(kInsertParts, order.id, ids, sellers, numbers, totals, order.created_at);
}

void AddLines(Batch& batch, const domain::Order& order) {
  std::vector<domain::SellerOrderId> parts;
  std::vector<domain::OfferId> offers;
  std::vector<domain::ProductId> products;
  std::vector<std::string> titles;
  std::vector<std::string> skus;
  std::vector<std::string> options;
  std::vector<std::int64_t> quantities;
  std::vector<std::int64_t> prices;
  for (const auto& part : order.parts) {
    for (const auto& line : part.lines) {
      parts.push_back(part.id);
      offers.push_back(line.offer);
      products.push_back(line.product);
      titles.push_back(line.title);
      skus.push_back(line.sku);
      options.push_back(OptionsToJson(line.options));
      quantities.push_back(line.quantity);
      prices.push_back(line.unit_price.minor);
    }
  }
  batch.Add(kInsertLines, parts, offers, products, titles, skus, options, quantities, prices);
}

}  // namespace

Task<std::optional<Lease>> Checkouts::Insert(Work work, const domain::Order& order, std::string trace) {
  const auto& to = order.address;
  Batch batch("order.insert");
  batch.Add(kInsertOrder, order.id, order.operation_id, order.buyer, order.number,
            order.total.currency.Code(), order.total.minor, order.payment_method, to.recipient, to.lines,
            to.city, to.region, to.postal_code, to.country_code, to.phone, order.created_at);
  AddParts(batch, order);
  AddLines(batch, order);
  batch.Add(kInsertCheckout, order.id, times_.lease, times_.deadline, trace);
  try {
    co_await database_.Write(work, std::move(batch));
  } catch (const postgres::SqlError& error) {
    if (error.IsUniqueViolation("orders_operation_id_key")) co_return std::nullopt;
    throw;
  }
  co_return Lease{.order = order.id, .undo = {}, .trace = std::move(trace)};
}

Task<std::optional<Lease>> Checkouts::Take(Work work, domain::OrderId order) {
  const auto rows = co_await database_.Write(work, kTake, order, times_.lease);
  co_return rows.empty() ? std::nullopt : std::optional(ReadLease(rows.One()));
}

Task<std::vector<Due>> Checkouts::TakeDue(Work work, std::size_t limit) {
  const auto rows = co_await database_.Write(work, kTakeDue, limit, times_.lease);
  std::vector<Due> due;
  for (const auto row : rows) {
    due.push_back({.order = row.GetId<domain::OrderId>(0),
                   .fence = row.Int(1),
                   .attempts = static_cast<std::uint32_t>(row.Int(2)),
                   .failures = static_cast<std::uint32_t>(row.Int(3))});
  }
  co_return due;
}

Task<std::optional<Lease>> Checkouts::Read(Work work, Due due) {
  const auto rows = co_await database_.Read(work, kRead, due.order, due.fence);
  co_return rows.empty() ? std::nullopt : std::optional(ReadLease(rows.One()));
}

Task<> Checkouts::Place(Work work, const Lease& lease, const domain::Order& order,
                        const domain::PaymentSummary& payment, Time now) {
  Batch batch("order.place");
  batch.Add(kDone, lease.order, lease.fence, NameOf(Step::kForward))
      .Add(kMoveParts, lease.order, domain::Name(domain::State::kPlaced), now, "")
      .Add(kSettleOrder, lease.order, payment.state, payment.authorized_minor, payment.captured_minor,
           payment.refunded_minor, "", std::vector<std::string>(), now);
  events::Append(batch, work, OrderPlacedEvents(order));
  outbox::Append(batch, CaptureMessage(lease.order, lease.trace));
  co_await WriteGuarded(work, std::move(batch));
}

Task<> Checkouts::DecideUndo(Work work, const Lease& lease, const domain::Failure& why) {
  Batch batch("checkout.undo");
  batch.Add(kUndo, lease.order, lease.fence, why.reason, why.details);
  co_await WriteGuarded(work, std::move(batch));
}

Task<> Checkouts::Fail(Work work, const Lease& lease, const domain::Order& order, const domain::Failure& why,
                       const domain::PaymentSummary& payment, Time now) {
  Batch batch("order.fail");
  batch.Add(kDone, lease.order, lease.fence, NameOf(lease.step))
      .Add(kMoveParts, lease.order, domain::Name(domain::State::kFailed), now, why.reason)
      .Add(kSettleOrder, lease.order, payment.state, payment.authorized_minor, payment.captured_minor,
           payment.refunded_minor, why.reason, why.details, now);
  events::Append(batch, work, OrderFailedEvent(order, why));
  co_await WriteGuarded(work, std::move(batch));
}

Task<> Checkouts::Postpone(Work work, const Lease& lease, std::chrono::milliseconds delay,
                           std::string error) {
  Batch batch("checkout.postpone");
  batch.Add(kPostpone, lease.order, lease.fence, delay, error);
  co_await WriteGuarded(work, std::move(batch));
}

Task<> Checkouts::PutBack(Work work, domain::OrderId order, std::int64_t fence, runtime::Setback setback) {
  co_await database_.Write(work, kPutBack, order, fence, setback.delay, setback.failures, setback.why,
                           setback.Parked());
}

Task<OpenCheckouts> Checkouts::CountOpen(Work work) {
  const auto rows = co_await database_.Read(work, kCountOpen, times_.deadline);
  const auto row = rows.One();
  co_return OpenCheckouts{.forward = row.Int(0),
                          .undo = row.Int(1),
                          .parked = row.Int(2),
                          .oldest_age = std::chrono::milliseconds(row.Int(3))};
}

Task<> Checkouts::WriteGuarded(Work work, Batch batch) {
  try {
    co_await database_.Write(work, std::move(batch));
  } catch (const postgres::SqlError& error) {
    if (error.Is("MK001")) throw LostLease();
    throw;
  }
}

}  // namespace market::order::storage
