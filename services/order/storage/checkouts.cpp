#include "services/order/storage/checkouts.hpp"

#include <array>

#include "platform/core/error.hpp"
#include "platform/events/event.hpp"
#include "platform/idempotency/with_effect.hpp"
#include "services/order/domain/pricing.hpp"
#include "services/order/messages.hpp"
#include "services/order/storage/cart_orders.hpp"
#include "services/order/storage/checkout_rows.hpp"
#include "services/order/storage/coupon_use.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::ComposedStatement;
using postgres::Statement;

constexpr int kDrawsMax = 5;

// The order and all that belongs to it. Foreign keys are checked when the statement has ended. The last part comes
// first: it counts the checkouts that are there without this one.
constexpr Statement kInsert{"order.insert", R"sql(
  WITH whole AS (
    INSERT INTO orders (id, operation_id, buyer_id, number, currency, total_minor, payment_method, recipient,
                        address_lines, city, region, postal_code, country_code, phone, created_at, updated_at,
                        accepted_terms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $39)),
  named AS (INSERT INTO order_number (number, order_id) VALUES ($4, $1)),
  part AS (
    INSERT INTO seller_order (id, order_id, position, seller_id, number, state, total_minor, created_at, updated_at,
                              delivery_method_id, delivery_name, delivery_days_from, delivery_days_to,
                              delivery_pickup_place, delivery_minor, delivery_discounts, delivery_discount_minor,
                              delivery_tax_rate_ppm, delivery_tax_mode, delivery_tax_minor, delivery_tax_rate_id,
                              delivery_no_tax, delivery_total_minor)
    SELECT id, $1, position, seller_id, number, 'PENDING_PAYMENT', total_minor, $15, $15, method, name, days_from, days_to,
           place, base, discounts::jsonb, discount, tax_rate, tax_mode, tax, rate, no_tax, total
    FROM unnest($16::uuid[], $17::uuid[], $18::text[], $19::bigint[], $42::uuid[], $43::text[], $44::bigint[],
                $45::bigint[], $46::text[], $47::bigint[], $48::text[], $49::bigint[], $50::bigint[], $51::text[],
                $52::bigint[], $53::uuid[], $54::text[], $55::bigint[]) WITH ORDINALITY
      AS p (id, seller_id, number, total_minor, method, name, days_from, days_to, place, base, discounts, discount,
            tax_rate, tax_mode, tax, rate, no_tax, total, position)
    RETURNING id),
  told AS (
    INSERT INTO order_event (order_id, seller_order_id, at, to_state, actor)
    SELECT $1, id, $15, 'PENDING_PAYMENT', 'buyer' FROM part),
  line AS (
    INSERT INTO order_line (id, seller_order_id, position, offer_id, product_id, title, sku, options, quantity,
                            unit_price_minor, discounts, discount_minor, tax_rate_ppm, tax_mode, tax_minor, total_minor,
                            tax_rate_id, no_tax, picture, category_ids)
    SELECT id, part, position, offer, product, title, sku, options::jsonb, quantity, price, discounts::jsonb, discount,
           tax_rate, tax_mode, tax, total, rate, no_tax, picture, categories::uuid[]
    FROM unnest($20::uuid[], $21::uuid[], $22::uuid[], $23::uuid[], $24::text[], $25::text[], $26::text[],
                $27::bigint[], $28::bigint[], $29::text[], $30::bigint[], $31::bigint[], $32::text[],
                $33::bigint[], $34::bigint[], $40::uuid[], $41::text[], $56::text[], $57::text[])
      WITH ORDINALITY AS l (id, part, offer, product, title, sku, options, quantity, price, discounts, discount,
                            tax_rate, tax_mode, tax, total, rate, no_tax, picture, categories, position))
  INSERT INTO checkout (order_id, step, lease_until, deadline_at, trace, buyer_id)
  VALUES ($1, 'FORWARD', market_now() + $35::interval, market_now() + $36::interval, $37, buyer_with_room($3, $38)))sql"};

constexpr ComposedStatement kTake{"checkout.take", "UPDATE checkout c SET " + kTaken + R"sql(
  WHERE order_id = $1 AND step <> 'DONE' AND lease_until < market_now() AND (step <> 'WAIT' OR next_run_at <= market_now())
  RETURNING )sql" + kLease};
constexpr ComposedStatement kRead{
    "checkout.read",
    "SELECT " + kLease + " FROM checkout c WHERE c.order_id = $1 AND c.fence = $2 AND c.step <> 'DONE'"};

// Names only: what can't be read in a row is for the driver of that row to find out.
constexpr Columns kDue{Column{"order_id", &Due::order}, Column{"fence", &Due::fence},
                       Column{"attempts", &Due::attempts}, Column{"failures", &Due::failures}};
constexpr ComposedStatement kTakeDue{"checkout.take_due", "UPDATE checkout SET " + kTaken + R"sql(
  WHERE order_id IN (SELECT order_id FROM checkout WHERE step <> 'DONE' AND parked_at IS NULL
                     AND next_run_at <= market_now() AND lease_until < market_now()
                     ORDER BY next_run_at LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING )sql" + kDue};
constexpr Statement kPutBack{"checkout.put_back", R"sql(
  UPDATE checkout SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
                      failures = $4, last_error = $5, parked_at = CASE WHEN $6 THEN market_now() END
  WHERE order_id = $1 AND fence = $2 AND step <> 'DONE')sql"};

// Each guards the rest of its batch: require() ends the transaction when the lease is lost.

// The end of a checkout: every part, the order, and its history, as Order::Settle has them.
constexpr Statement kSettle{"order.settle", R"sql(
  WITH won AS (
    UPDATE checkout SET step = 'DONE', lease_until = market_now(), failures = 0, last_error = '', parked_at = NULL
    WHERE order_id = $1 AND fence = $2 AND step = $3 RETURNING 1),
  moved AS (
    UPDATE seller_order SET state = $4, version = version + 1, updated_at = $5, moved_at = market_now()
    FROM won WHERE order_id = $1 AND state = 'PENDING_PAYMENT' RETURNING id),
  told AS (
    INSERT INTO order_event (order_id, seller_order_id, at, from_state, to_state, actor, reason)
    SELECT $1, id, $5, 'PENDING_PAYMENT', $4, $8, $6 FROM moved),
  settled AS (
    UPDATE orders SET payment_state = $9, authorized_minor = $10, captured_minor = $11, refunded_minor = $12,
                      failure_reason = $7, failure_offers = $13, failure_left = $14, decline_code = $15,
                      version = version + 1, updated_at = $5
    FROM won WHERE id = $1 AND version = $16 RETURNING 1)
  SELECT require((SELECT count(*) FROM moved) = $17 AND (SELECT count(*) FROM settled) = 1))sql"};
constexpr Statement kUndo{"checkout.undo", R"sql(
  WITH won AS (UPDATE checkout SET step = 'UNDO', undo_reason = $3, undo_offers = $4, undo_left = $5,
                                   undo_decline_code = $6
               WHERE order_id = $1 AND fence = $2 AND step = 'FORWARD' RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};
// Whoever drives it finds out at the next thing that it writes; until then its lease stands.
constexpr Statement kCancel{"checkout.cancel", R"sql(
  WITH found AS (
    SELECT order_id, step FROM checkout
    WHERE order_id = $1 AND step IN ('FORWARD', 'WAIT') AND ($2::uuid IS NULL OR buyer_id = $2) FOR UPDATE),
  turned AS (
    UPDATE checkout c SET step = 'UNDO', undo_reason = $3, undo_decline_code = '', undo_note = $4,
                          next_run_at = market_now(), failures = 0, parked_at = NULL
    FROM found WHERE c.order_id = found.order_id),
  told AS (
    UPDATE orders o SET pay_until = NULL, version = version + 1, updated_at = market_now()
    FROM found WHERE o.id = found.order_id AND o.pay_until IS NOT NULL)
  SELECT step FROM found)sql"};
struct Turned {
  Step from = Step::kForward;
};
constexpr Columns kTurned{Column{"step", &Turned::from}};
struct OpenStep {
  bool open = false;
};
constexpr Columns kOpenStep{Column{"step <> 'DONE'", &OpenStep::open}};
constexpr ComposedStatement kStep{
    "checkout.step",
    "SELECT " + kOpenStep + " FROM checkout WHERE order_id = $1 AND ($2::uuid IS NULL OR buyer_id = $2)"};
constexpr Statement kPostpone{"checkout.postpone", R"sql(
  WITH won AS (UPDATE checkout SET lease_until = market_now(), next_run_at = market_now() + $3::interval, attempts = attempts + 1,
                                   failures = 0, last_error = $4, parked_at = NULL
               WHERE order_id = $1 AND fence = $2 AND step <> 'DONE' RETURNING 1)
  SELECT require(count(*) = 1) FROM won)sql"};

constexpr Columns kOpen{
    Column{"count(*) FILTER (WHERE step = 'FORWARD')", &OpenCheckouts::forward},
    Column{"count(*) FILTER (WHERE step = 'UNDO')", &OpenCheckouts::undo},
    Column{"count(*) FILTER (WHERE step = 'WAIT')", &OpenCheckouts::wait},
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

// Adds what makes `before` become `after`, which Order::Settle made of it.
void AddSettle(Batch& batch, const Lease& lease, Step step, const domain::Order& before,
               const domain::Order& after) {
  const ShortageColumns shortages(after.failure);
  const auto& money = after.payment;
  const auto& why = after.failure;
  const std::string_view told = why.note.empty() ? domain::Name(why.reason) : std::string_view(why.note);
  batch.Add(kSettle, lease.order, lease.fence, step, after.parts.front().state, after.updated_at, told,
            after.failure.reason, ActorOf(after.failure.reason), money.state, money.authorized_minor,
            money.captured_minor, money.refunded_minor, shortages.offers, shortages.left,
            after.failure.decline_code, before.version, before.parts.size());
}

// When the next of the buyer's open checkouts may be over: those without an answer are asked again by then.
constexpr std::chrono::seconds kRoomIn{30};

Error TooManyOpen(std::int32_t most) {
  return Error(Code::kResourceExhausted, "RATE_LIMITED",
               "you have " + std::to_string(most) +
                   " orders that wait for their payment; pay one of them, or cancel it")
      .WithRetryAfter(kRoomIn);
}

// The columns of an order's parts and lines.
struct PartColumns {
  explicit PartColumns(const domain::Order& order) {
    for (const auto& part : order.parts) {
      ids.push_back(part.id);
      sellers.push_back(part.seller);
      numbers.push_back(part.number);
      totals.push_back(part.total.minor);
    }
  }
  std::vector<domain::SellerOrderId> ids;
  std::vector<SellerId> sellers;
  std::vector<std::string> numbers;
  std::vector<std::int64_t> totals;
};

// What becomes of a price until it is a total: of a line and of a delivery the same.
struct PriceColumns {
  void Add(const std::vector<domain::Discount>& taken_off, const domain::Tax& tax, std::int64_t total_minor) {
    discounts.push_back(DiscountsToJson(taken_off));
    discounts_minor.push_back(domain::SumOf(taken_off));
    tax_rates.push_back(tax.rate_ppm);
    tax_modes.push_back(tax.mode);
    taxes.push_back(tax.amount_minor);
    rates.push_back(tax.rate);
    no_taxes.emplace_back(Name(tax.none));
    totals.push_back(total_minor);
  }
  std::vector<std::string> discounts;
  std::vector<std::int64_t> discounts_minor;
  std::vector<std::int64_t> tax_rates;
  std::vector<domain::TaxMode> tax_modes;
  std::vector<std::int64_t> taxes;
  std::vector<std::optional<domain::TaxRateId>> rates;
  std::vector<std::string> no_taxes;  // "" among them
  std::vector<std::int64_t> totals;
};

// '{…,…}': as a column of arrays of different lengths can be sent.
std::string CategoriesText(const std::vector<domain::CategoryId>& ids) {
  std::string text = "{";
  for (const auto& id : ids) text.append(text.size() > 1 ? "," : "").append(id.ToString());
  return text + '}';
}

struct LineColumns : PriceColumns {
  explicit LineColumns(const domain::Order& order) {
    for (const auto& part : order.parts) {
      for (const auto& line : part.lines) {
        ids.push_back(line.id);
        parts.push_back(part.id);
        offers.push_back(line.offer);
        products.push_back(line.product);
        categories.push_back(CategoriesText(line.categories));
        titles.push_back(line.title);
        pictures.push_back(line.picture);
        skus.push_back(line.sku);
        options.push_back(OptionsToJson(line.options));
        quantities.push_back(line.quantity);
        prices.push_back(line.unit_price.minor);
        Add(line.discounts, line.tax, line.total.minor);
      }
    }
  }
  std::vector<domain::LineId> ids;
  std::vector<domain::SellerOrderId> parts;
  std::vector<domain::OfferId> offers;
  std::vector<domain::ProductId> products;
  std::vector<std::string> categories;
  std::vector<std::string> titles;
  std::vector<std::optional<std::string>> pictures;
  std::vector<std::string> skus;
  std::vector<std::string> options;
  std::vector<std::int64_t> quantities;
  std::vector<std::int64_t> prices;
};

// The columns of how its parts are sent.
struct DeliveryColumns : PriceColumns {
  explicit DeliveryColumns(const domain::Order& order) {
    for (const auto& part : order.parts) {
      const auto& [way, price] = part.delivery;
      methods.push_back(way.method);
      names.push_back(way.name);
      days_from.push_back(way.days_from);
      days_to.push_back(way.days_to);
      places.push_back(way.pickup_place);
      prices.push_back(price.base_minor);
      Add(price.discounts, price.tax, price.total_minor);
    }
  }
  std::vector<domain::DeliveryMethodId> methods;
  std::vector<std::string> names;
  std::vector<std::optional<std::int64_t>> days_from;
  std::vector<std::optional<std::int64_t>> days_to;
  std::vector<std::string> places;
  std::vector<std::int64_t> prices;
};

}  // namespace

Task<std::optional<Lease>> Checkouts::Insert(Work work, domain::Order& order, std::string trace,
                                             idempotency::RequestKey& key) {
  for (int draw = 1;; ++draw) {
    try {
      co_await TryInsert(work, order, trace, key);
      co_return Lease{.order = order.id, .undo = {}, .trace = std::move(trace)};
    } catch (const postgres::SqlError& error) {
      if (idempotency::IsTaken(error)) throw idempotency::KeyTaken();
      if (error.IsUniqueViolation("orders_operation_id_key")) co_return std::nullopt;
      if (error.Is("MK002")) throw TooManyOpen(limits_.open_of_buyer);
      if (IsRefusedCoupon(error)) ThrowRefusedCoupon(error, order);
      if (IsCartMoved(error)) throw CartMoved();
      if (!error.IsUniqueViolation("order_number_pkey") || draw == kDrawsMax) throw;
    }
    domain::SetNumber(order, domain::OrderNumber(order.created_at, chance_()));
  }
}

Task<> Checkouts::TryInsert(Work work, const domain::Order& order, const std::string& trace,
                            idempotency::RequestKey& key) {
  const auto& to = order.address;
  const PartColumns parts(order);
  const LineColumns lines(order);
  const DeliveryColumns sent(order);
  Batch batch("order.insert");
  if (!key.Claimed()) idempotency::AppendClaim(batch, key);
  batch.Add(kInsert, order.id, order.operation_id, order.buyer, order.number, order.total.currency.Code(),
            order.total.minor, order.payment_method, to.recipient, to.lines, to.city, to.region,
            to.postal_code, to.country_code, to.phone, order.created_at, parts.ids, parts.sellers,
            parts.numbers, parts.totals, lines.ids, lines.parts, lines.offers, lines.products, lines.titles,
            lines.skus, lines.options, lines.quantities, lines.prices, lines.discounts, lines.discounts_minor,
            lines.tax_rates, lines.tax_modes, lines.taxes, lines.totals, limits_.lease, limits_.deadline,
            trace, limits_.open_of_buyer, order.accepted_terms, lines.rates, lines.no_taxes, sent.methods,
            sent.names, sent.days_from, sent.days_to, sent.places, sent.prices, sent.discounts,
            sent.discounts_minor, sent.tax_rates, sent.tax_modes, sent.taxes, sent.rates, sent.no_taxes,
            sent.totals, lines.pictures, lines.categories);
  if (!order.coupons.empty()) AppendRedemption(batch, order);
  AppendCartClaim(batch, order);
  co_await database_.Write(work, std::move(batch));
  if (!key.Claimed()) key.fence = idempotency::kFirstFence;
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
                        const domain::PaymentSummary& payment, Time now, const KeyedAnswer* answer) {
  auto placed = order;
  placed.Settle(domain::State::kPlaced, payment, {}, now);
  Batch batch("order.place");
  AddSettle(batch, lease, Step::kForward, order, placed);
  AppendCartBought(batch, order);
  events::Append(batch, work, OrderPlacedEvents(order));
  outbox::Append(
      batch, std::array{CommitMessage(lease.order, lease.trace), CaptureMessage(lease.order, lease.trace)});
  if (answer != nullptr) idempotency::AppendAnswer(batch, answer->key, answer->of(placed));
  co_await WriteGuarded(work, std::move(batch));
  if (answer != nullptr) answer->key.answered = true;
  order = std::move(placed);
}

Task<> Checkouts::DecideUndo(Work work, const Lease& lease, const domain::Failure& why) {
  const ShortageColumns shortages(why);
  Batch batch("checkout.undo");
  batch.Add(kUndo, lease.order, lease.fence, why.reason, shortages.offers, shortages.left, why.decline_code);
  co_await WriteGuarded(work, std::move(batch));
}

Task<> Checkouts::Fail(Work work, const Lease& lease, domain::Order& order, const domain::Failure& why,
                       const domain::PaymentSummary& payment, Time now) {
  auto failed = order;
  failed.Settle(domain::State::kFailed, payment, why, now);
  Batch batch("order.fail");
  AddSettle(batch, lease, lease.step, order, failed);
  AddRefunds(batch, lease.order, payment);
  AppendCartReleased(batch, order);
  events::Append(batch, work, OrderFailedEvent(order, why));
  if (!order.coupons.empty()) AppendGivingBack(batch, order.id);
  co_await WriteGuarded(work, std::move(batch));
  order = std::move(failed);
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
    const auto turned =
        kTurned.ReadAtMostOne(co_await tx.Execute(kCancel, order, scope.BuyerId(), why.reason, why.note));
    if (!turned) {
      const auto decided = kOpenStep.ReadAtMostOne(co_await tx.Execute(kStep, order, scope.BuyerId()));
      if (!decided) throw NotFound("the order");
      co_return decided->open;
    }
    if (act) {
      act->target_type = "order";
      act->target_id = order.ToString();
      act->before["checkout"] = Name(turned->from);
      act->after["checkout"] = Name(Step::kUndo);
      Batch batch("checkout.cancel");
      audit::Append(batch, work, *act);
      co_await tx.ExecuteAndCommit(std::move(batch));
    }
    co_return true;
  };
  co_return co_await database_.Transaction(work, body);
}

Task<OpenCheckouts> Checkouts::CountOpen(Work work) {
  co_return kOpen.ReadOne(co_await database_.List(work, kCountOpen, limits_.deadline));
}

Task<> Checkouts::WriteGuarded(Work work, Batch batch) {
  co_await Guarded(database_.Write(work, std::move(batch)));
}

}  // namespace market::order::storage
