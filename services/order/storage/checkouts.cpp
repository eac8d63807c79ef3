#include "services/order/storage/checkouts.hpp"

#include <algorithm>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/checkout_rows.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Result;
using postgres::Statement;

constexpr int kDrawsMax = 5;

constexpr Statement kInsertOrder{"order.insert", R"sql(
  INSERT INTO orders (id, operation_id, buyer_id, number, currency, total_minor, payment_method, recipient,
                      address_lines, city, region, postal_code, country_code, phone, created_at, updated_at)
  VALUES ($1, $2, buyer_with_room($3, $16), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15))sql"};

constexpr Statement kInsertNumber{"order.insert_number", R"sql(
  INSERT INTO order_number (number, order_id) VALUES ($1, $2))sql"};

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

constexpr ComposedStatement kInsertCheckout{"checkout.insert", R"sql(
  INSERT INTO checkout AS c (order_id, step, lease_until, deadline_at, trace, buyer_id)
  VALUES ($1, 'FORWARD', market_now() + $2::interval, market_now() + $3::interval, $4, $5)
  RETURNING )sql" + kLease};
constexpr ComposedStatement kTake{"checkout.take", R"sql(
  UPDATE checkout c SET fence = fence + 1, lease_until = market_now() + $2::interval
  WHERE order_id = $1 AND step <> 'DONE' AND lease_until < market_now()
  RETURNING )sql" + kLease};
constexpr ComposedStatement kRead{
    "checkout.read",
    "SELECT " + kLease + " FROM checkout c WHERE c.order_id = $1 AND c.fence = $2 AND c.step <> 'DONE'"};

// Names only: what can't be read in a row is for the driver of that row to find out.
constexpr Columns kDue{Column{"order_id", &Due::order}, Column{"fence", &Due::fence},
                       Column{"attempts", &Due::attempts}, Column{"failures", &Due::failures}};
constexpr ComposedStatement kTakeDue{"checkout.take_due", R"sql(
  UPDATE checkout SET fence = fence + 1, lease_until = market_now() + $2::interval
  WHERE order_id IN (SELECT order_id FROM checkout WHERE step <> 'DONE' AND parked_at IS NULL
                     AND next_run_at <= market_now() AND lease_until < market_now()
                     ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDue};
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
  WITH won AS (UPDATE checkout SET step = 'UNDO', undo_reason = $3, undo_offers = $4, undo_left = $5,
                                   undo_decline_code = $6
               WHERE order_id = $1 AND fence = $2 AND step = 'FORWARD' RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};
// Whoever drives it finds out at the next thing that it writes; until then its lease stands.
constexpr Statement kCancel{"checkout.cancel", R"sql(
  UPDATE checkout c SET step = 'UNDO', undo_reason = $3, undo_note = $4, next_run_at = market_now(), failures = 0,
                        parked_at = NULL
  WHERE order_id = $1 AND step = 'FORWARD' AND ($2::uuid IS NULL OR buyer_id = $2) RETURNING 1)sql"};
constexpr Statement kStep{
    "checkout.step",
    "SELECT step <> 'DONE' FROM checkout WHERE order_id = $1 AND ($2::uuid IS NULL OR buyer_id = $2)"};
constexpr Statement kPostpone{"checkout.postpone", R"sql(
  WITH won AS (UPDATE checkout SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
                                   failures = 0, last_error = $4, parked_at = NULL
               WHERE order_id = $1 AND fence = $2 AND step <> 'DONE' RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};

// A part as its move left it.
struct MovedTo {
  domain::SellerOrderId part;
  domain::State state;
  std::int64_t version = 0;
  Time updated_at;
};
constexpr Columns kMovedTo{Column{"m.id", &MovedTo::part}, Column{"m.state", &MovedTo::state},
                           Column{"m.version", &MovedTo::version},
                           Column{"m.updated_at", &MovedTo::updated_at}};
constexpr ComposedStatement kMoveParts{"order.move_parts", R"sql(
  WITH moved AS (UPDATE seller_order SET state = $3, version = version + 1, updated_at = $4
                 WHERE order_id = $1 AND state = $2 RETURNING id, state, version, updated_at),
  told AS (INSERT INTO order_event (order_id, seller_order_id, at, from_state, to_state, actor, reason)
           SELECT $1, id, $4, $2, state, $6, $5 FROM moved)
  SELECT )sql" + kMovedTo + " FROM moved m"};
constexpr ComposedStatement kSettleOrder{"order.settle", R"sql(
  UPDATE orders o SET payment_state = $2, authorized_minor = $3, captured_minor = $4, refunded_minor = $5,
                      failure_reason = $6, failure_offers = $7, failure_left = $8, decline_code = $9,
                      version = version + 1, updated_at = $10
  WHERE o.id = $1 RETURNING )sql" + kSettled};

constexpr Columns kOpen{
    Column{"count(*) FILTER (WHERE step = 'FORWARD')", &OpenCheckouts::forward},
    Column{"count(*) FILTER (WHERE step = 'UNDO')", &OpenCheckouts::undo},
    Column{"count(parked_at)", &OpenCheckouts::parked},
    Column{"greatest(0, coalesce(extract(epoch FROM max(market_now() - deadline_at + $1::interval)) * 1000, "
           "0))::bigint",
           [](OpenCheckouts& open, std::int64_t ms) { open.oldest_age = std::chrono::milliseconds(ms); }}};
constexpr ComposedStatement kCountOpen{"checkout.count_open", "SELECT " + kOpen + R"sql(
  FROM (SELECT step, deadline_at, parked_at FROM checkout WHERE step <> 'DONE' LIMIT 100000) AS open)sql"};

// The two columns of a failure's shortages.
struct ShortageColumns {
  explicit ShortageColumns(const domain::Failure& failure) {
    for (const auto& shortage : failure.shortages) {
      offers.push_back(shortage.offer);
      left.push_back(shortage.left);
    }
  }
  std::vector<domain::OfferId> offers;
  std::vector<std::int64_t> left;
};

domain::ActorRole ActorOf(domain::FailureReason reason) {
  switch (reason) {
    case domain::FailureReason::kCancelledByBuyer:
      return domain::ActorRole::kBuyer;
    case domain::FailureReason::kCancelledByOperator:
      return domain::ActorRole::kOperator;
    default:
      return domain::ActorRole::kSystem;
  }
}

// Adds what takes a whole order from where it waits for its payment to its end; ReadSettled reads it.
void AddSettle(Batch& batch, const domain::Order& order, domain::State to,
               const domain::PaymentSummary& payment, const domain::Failure& why, Time now) {
  order.RequireMove(to);
  const ShortageColumns shortages(why);
  const std::string_view told = why.note.empty() ? domain::Name(why.reason) : std::string_view(why.note);
  batch.Add(kMoveParts, order.id, domain::State::kPendingPayment, to, now, told, ActorOf(why.reason))
      .Add(kSettleOrder, order.id, payment.state, payment.authorized_minor, payment.captured_minor,
           payment.refunded_minor, why.reason, shortages.offers, shortages.left, why.decline_code, now);
}

void ReadSettled(domain::Order& order, const Result& parts, const Result& whole) {
  if (parts.size() != order.parts.size()) throw std::logic_error("an order that was settled in part");
  for (const auto& moved : kMovedTo.ReadAll(parts)) {
    auto& part = *std::ranges::find(order.parts, moved.part, &domain::SellerOrder::id);
    part.state = moved.state;
    part.version = moved.version;
    part.updated_at = moved.updated_at;
  }
  kSettled.ReadInto(order, whole.One());
}

// When the next of the buyer's open checkouts may be over: those without an answer are asked again by then.
constexpr std::chrono::seconds kRoomIn{30};

Error TooManyOpen(std::int32_t most) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED",
               "you have " + std::to_string(most) +
                   " orders that wait for their payment; wait for one of them, or cancel it")
      .WithRetryAfter(kRoomIn);
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

Task<std::optional<Lease>> Checkouts::Insert(Work work, domain::Order& order, std::string trace) {
  for (int draw = 1;; ++draw) {
    try {
      co_return co_await TryInsert(work, order, trace);
    } catch (const postgres::SqlError& error) {
      if (error.IsUniqueViolation("orders_operation_id_key")) co_return std::nullopt;
      if (error.Is("MK002")) throw TooManyOpen(limits_.open_of_buyer);
      if (!error.IsUniqueViolation("order_number_pkey") || draw == kDrawsMax) throw;
    }
    domain::SetNumber(order, domain::OrderNumber(order.created_at, chance_()));
  }
}

Task<std::optional<Lease>> Checkouts::TryInsert(Work work, const domain::Order& order, std::string trace) {
  const auto& to = order.address;
  Batch batch("order.insert");
  batch.Add(kInsertOrder, order.id, order.operation_id, order.buyer, order.number,
            order.total.currency.Code(), order.total.minor, order.payment_method, to.recipient, to.lines,
            to.city, to.region, to.postal_code, to.country_code, to.phone, order.created_at,
            limits_.open_of_buyer);
  batch.Add(kInsertNumber, order.number, order.id);
  AddParts(batch, order);
  AddLines(batch, order);
  batch.Add(kInsertCheckout, order.id, limits_.lease, limits_.deadline, trace, order.buyer);
  co_return kLease.ReadOne((co_await database_.Write(work, std::move(batch))).back());
}

Task<std::optional<Lease>> Checkouts::Take(Work work, domain::OrderId order) {
  co_return kLease.ReadAtMostOne(co_await database_.Write(work, kTake, order, limits_.lease));
}

Task<std::vector<Due>> Checkouts::TakeDue(Work work, std::size_t limit) {
  co_return kDue.ReadAll(co_await database_.Write(work, kTakeDue, limit, limits_.lease));
}

Task<std::optional<Lease>> Checkouts::Read(Work work, Due due) {
  co_return kLease.ReadAtMostOne(co_await database_.Read(work, kRead, due.order, due.fence));
}

Task<> Checkouts::Place(Work work, const Lease& lease, domain::Order& order,
                        const domain::PaymentSummary& payment, Time now) {
  Batch batch("order.place");
  batch.Add(kDone, lease.order, lease.fence, Step::kForward);
  AddSettle(batch, order, domain::State::kPlaced, payment, {}, now);
  events::Append(batch, work, OrderPlacedEvents(order));
  outbox::Append(batch, CaptureMessage(lease.order, lease.trace));
  const auto results = co_await WriteGuarded(work, std::move(batch));
  ReadSettled(order, results[1], results[2]);
}

Task<> Checkouts::DecideUndo(Work work, const Lease& lease, const domain::Failure& why) {
  const ShortageColumns shortages(why);
  Batch batch("checkout.undo");
  batch.Add(kUndo, lease.order, lease.fence, why.reason, shortages.offers, shortages.left, why.decline_code);
  co_await WriteGuarded(work, std::move(batch));
}

Task<> Checkouts::Fail(Work work, const Lease& lease, domain::Order& order, const domain::Failure& why,
                       const domain::PaymentSummary& payment, Time now) {
  Batch batch("order.fail");
  batch.Add(kDone, lease.order, lease.fence, lease.step);
  AddSettle(batch, order, domain::State::kFailed, payment, why, now);
  events::Append(batch, work, OrderFailedEvent(order, why));
  const auto results = co_await WriteGuarded(work, std::move(batch));
  ReadSettled(order, results[1], results[2]);
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

Task<bool> Checkouts::Cancel(Work work, domain::OrderId order, Scope scope, domain::Failure why,
                             std::optional<audit::Act> act) {
  auto body = [&](postgres::Tx& tx) -> Task<bool> {
    const auto turned = co_await tx.Execute(kCancel, order, scope.BuyerId(), why.reason, why.note);
    if (turned.empty()) {
      const auto open = co_await tx.Execute(kStep, order, scope.BuyerId());
      if (open.empty()) throw NotFound("the order");
      co_return open.One().GetBool(0);
    }
    if (act) {
      act->target_type = "order";
      act->target_id = order.ToString();
      act->before["checkout"] = Name(Step::kForward);
      act->after["checkout"] = Name(Step::kUndo);
      Batch batch("checkout.cancel");
      audit::Append(batch, *act);
      co_await tx.ExecuteAndCommit(std::move(batch));
    }
    co_return true;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<OpenCheckouts> Checkouts::CountOpen(Work work) {
  co_return kOpen.ReadOne(co_await database_.List(work, kCountOpen, limits_.deadline));
}

Task<std::vector<Result>> Checkouts::WriteGuarded(Work work, Batch batch) {
  try {
    co_return co_await database_.Write(work, std::move(batch));
  } catch (const postgres::SqlError& error) {
    if (error.Is("MK001")) throw LostLease();
    throw;
  }
}

}  // namespace market::order::storage
