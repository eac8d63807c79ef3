#include "services/order/storage/personal_data.hpp"

#include "platform/idempotency/forget.hpp"

namespace market::order::storage {
namespace {

using postgres::Batch;
using postgres::Column;
using postgres::Columns;
using postgres::ComposedStatement;
using postgres::Sql;
using postgres::Statement;

struct Count {
  std::int64_t orders = 0;
};
constexpr Columns kOpenCount{Column{"count(*)", &Count::orders}};
// What is delivered needs nobody any more, unless it is to come back.
constexpr ComposedStatement kCountOpenOrders{"order.count_open_of_buyer", "SELECT " + kOpenCount + R"sql(
FROM orders o
WHERE o.buyer_id = $1
  AND (EXISTS (SELECT FROM seller_order s WHERE s.order_id = o.id
               AND s.state IN ('PENDING_PAYMENT', 'PLACED', 'ACCEPTED', 'PARTIALLY_SHIPPED', 'SHIPPED'))
       OR EXISTS (SELECT FROM order_return r WHERE r.order_id = o.id
                  AND r.state IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED'))
       OR EXISTS (SELECT FROM checkout c WHERE c.order_id = o.id AND c.step <> 'DONE')))sql"};

// As buyer_with_room: an order of theirs that begins meanwhile comes before this, or after it.
constexpr Statement kLockBuyer{"order.lock_buyer",
                               "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))"};

struct Operation {
  Uuid id;
};
constexpr Columns kOperation{Column{"e.operation_id", &Operation::id}};
constexpr ComposedStatement kOperations{"order.operations_on_orders_of_buyer",
                                        "SELECT DISTINCT " + kOperation + R"sql(
FROM (SELECT order_id, operation_id FROM order_event UNION ALL
      SELECT r.order_id, p.operation_id FROM order_return_step p JOIN order_return r ON r.id = p.return_id) AS e
JOIN orders o ON o.id = e.order_id WHERE o.buyer_id = $1 AND e.operation_id IS NOT NULL)sql"};

constexpr Sql kOfBuyer{"(SELECT id FROM orders WHERE buyer_id = $1)"};
constexpr Statement kEraseAddresses{"order.erase_addresses", R"sql(
UPDATE orders SET recipient = $2, address_lines = ARRAY[$2::text], city = $2, region = '', postal_code = '', phone = '',
  version = version + 1, updated_at = market_now()
WHERE buyer_id = $1 AND (recipient, address_lines, city, region, postal_code, phone) <> ($2, ARRAY[$2::text], $2, '', '', ''))sql"};
constexpr ComposedStatement kEraseParcels{"order.erase_parcels",
                                          "UPDATE parcel SET tracking_number = '', version = version + 1 "
                                          "WHERE tracking_number <> '' AND seller_order_id IN"
                                          " (SELECT id FROM seller_order WHERE order_id IN " +
                                              kOfBuyer + ")"};
constexpr ComposedStatement kEraseNotes{
    "order.erase_notes",
    "UPDATE checkout SET undo_note = '' WHERE undo_note <> '' AND order_id IN " + kOfBuyer};
// What they wrote and were told why, what they showed, and which parcel it was. Their pictures themselves has user.
constexpr Statement kEraseReturns{"order.erase_returns", R"sql(
UPDATE order_return SET text = '', pictures = '{}', tracking_number = '', rejected_reason = '', version = version + 1,
  updated_at = market_now()
WHERE buyer_id = $1 AND (text, pictures, tracking_number, rejected_reason) <> ('', '{}', '', ''))sql"};
// Nobody needs them any more.
constexpr Statement kEraseCart{"order.erase_cart", R"sql(
  WITH items AS (DELETE FROM cart_item WHERE cart_id IN (SELECT id FROM cart WHERE account_id = $1))
  DELETE FROM cart WHERE account_id = $1)sql"};
constexpr Statement kEraseWishes{"order.erase_wishes", "DELETE FROM wish WHERE account_id = $1"};
// The history itself changes for nobody; whoever owns it takes away what people wrote.
constexpr Statement kEraseWords{"order.erase_words",
                                "SELECT FROM erase_words_of_buyer($1) AS erased WHERE erased > 0"};

constexpr ComposedStatement kExport{"order.export_personal_data", "SELECT " + market::personal_data::kRecord +
                                                                      R"sql( FROM (
  SELECT 'order' AS kind, o.id::text AS id, jsonb_build_object('number', o.number, 'currency', o.currency,
    'total', o.total_minor, 'paymentMethod', o.payment_method, 'paymentState', o.payment_state,
    'captured', o.captured_minor, 'refunded', o.refunded_minor, 'recipient', o.recipient,
    'lines', array_to_string(o.address_lines, E'\n'), 'city', o.city, 'region', o.region,
    'postalCode', o.postal_code, 'countryCode', o.country_code, 'phone', o.phone,
    'acceptedTerms', o.accepted_terms,
    'failureReason', nullif(o.failure_reason::text, ''), 'createTime', o.created_at, 'updateTime', o.updated_at) AS fields
  FROM orders o WHERE o.buyer_id = $1
  UNION ALL
  SELECT 'seller order', s.id::text, jsonb_build_object('orderId', s.order_id, 'number', s.number, 'sellerId', s.seller_id,
    'state', s.state, 'total', s.total_minor, 'refunded', s.refunded_minor, 'createTime', s.created_at, 'updateTime', s.updated_at)
  FROM seller_order s JOIN orders o ON o.id = s.order_id WHERE o.buyer_id = $1
  UNION ALL
  SELECT 'parcel', p.id::text, jsonb_build_object('sellerOrderId', p.seller_order_id, 'number', p.position,
    'carrier', p.carrier, 'trackingNumber', nullif(p.tracking_number, ''), 'createTime', p.sent_at,
    'deliverTime', p.delivered_at)
  FROM parcel p JOIN seller_order s ON s.id = p.seller_order_id JOIN orders o ON o.id = s.order_id WHERE o.buyer_id = $1
  UNION ALL
  SELECT 'order line', l.id::text, jsonb_build_object('sellerOrderId', l.seller_order_id, 'title', l.title, 'sku', l.sku,
    'offerId', l.offer_id, 'options', l.options::text, 'quantity', l.quantity, 'cancelled', l.cancelled,
    'shipped', l.shipped, 'returned', l.returned, 'unitPrice', l.unit_price_minor, 'discount', l.discount_minor, 'tax', l.tax_minor,
    'total', l.total_minor)
  FROM order_line l JOIN seller_order s ON s.id = l.seller_order_id JOIN orders o ON o.id = s.order_id
  WHERE o.buyer_id = $1
  UNION ALL
  SELECT 'order event', lpad(e.sequence::text, 19, '0'), jsonb_build_object('orderId', e.order_id,
    'sellerOrderId', e.seller_order_id, 'time', e.at, 'from', e.from_state, 'to', e.to_state, 'actor', e.actor,
    'reason', nullif(e.reason, ''))
  FROM order_event e JOIN orders o ON o.id = e.order_id WHERE o.buyer_id = $1
  UNION ALL
  SELECT 'return', r.id::text, jsonb_build_object('orderId', r.order_id, 'sellerOrderId', r.seller_order_id,
    'number', r.number, 'state', r.state, 'reason', r.reason, 'text', nullif(r.text, ''), 'amount', r.amount_minor,
    'pictures', nullif(array_to_string(r.pictures, E'\n'), ''),
    'carrier', nullif(r.carrier, ''), 'trackingNumber', nullif(r.tracking_number, ''),
    'rejectedReason', nullif(r.rejected_reason, ''), 'createTime', r.created_at, 'updateTime', r.updated_at)
  FROM order_return r WHERE r.buyer_id = $1
  UNION ALL
  SELECT 'return line', n.return_id || '/' || n.line_id, jsonb_build_object('returnId', n.return_id, 'lineId', n.line_id,
    'quantity', n.quantity)
  FROM order_return_line n JOIN order_return r ON r.id = n.return_id WHERE r.buyer_id = $1
  UNION ALL
  SELECT 'return step', lpad(p.sequence::text, 19, '0'), jsonb_build_object('returnId', p.return_id, 'state', p.state,
    'time', p.at, 'actor', p.actor)
  FROM order_return_step p JOIN order_return r ON r.id = p.return_id WHERE r.buyer_id = $1
  UNION ALL
  SELECT 'coupon', r.order_id || '/' || r.code, jsonb_build_object('orderId', r.order_id, 'code', r.code,
    'amount', r.amount_minor, 'state', r.state, 'createTime', r.created_at, 'givenBackTime', r.given_back_at)
  FROM coupon_redemption r JOIN orders o ON o.id = r.order_id WHERE o.buyer_id = $1
  UNION ALL
  SELECT lower(replace(i.kind, '_', ' ')), i.id::text, jsonb_build_object('number', i.number, 'sellerId', i.seller_id,
    'sellerOrderId', i.seller_order_id, 'issueTime', i.issued_at, 'net', i.net_minor, 'tax', i.tax_minor, 'total', i.total_minor,
    'currency', i.currency, 'content', i.content::text)
  FROM invoice i WHERE i.buyer_id = $1
  UNION ALL
  SELECT 'cart', c.id::text, jsonb_build_object('currency', nullif(c.currency, ''),
    'couponCodes', nullif(array_to_string(c.coupon_codes, ' '), ''), 'createTime', c.created_at, 'updateTime', c.updated_at)
  FROM cart c WHERE c.account_id = $1
  UNION ALL
  SELECT 'cart item', i.offer_id::text, jsonb_build_object('cartId', i.cart_id, 'quantity', i.quantity)
  FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.account_id = $1
  UNION ALL
  SELECT 'wish', w.offer_id::text, jsonb_build_object('price', w.price_minor, 'currency', nullif(w.currency, ''),
    'createTime', w.created_at)
  FROM wish w WHERE w.account_id = $1)sql" + market::personal_data::kActs +
                                                                      market::personal_data::kPage};

}  // namespace

Task<std::int64_t> PersonalData::CountOpen(Work work, AccountId buyer) {
  co_return kOpenCount.ReadOne(co_await database_.List(work, kCountOpenOrders, buyer)).orders;
}

Task<std::vector<market::personal_data::Record>> PersonalData::Export(
    Work work, market::personal_data::Request request) {
  return market::personal_data::List(database_, work, kExport, std::move(request));
}

Task<PersonalData::Erased> PersonalData::Erase(Work work, AccountId buyer) {
  const auto erase = [&](postgres::Tx& tx) -> Task<Erased> {
    co_await tx.Execute(kLockBuyer, buyer);
    if (kOpenCount.ReadOne(co_await tx.Execute(kCountOpenOrders, buyer)).orders > 0)
      co_return Erased::kOrdersOpen;
    std::vector<Uuid> operations;
    for (const auto& [id] : kOperation.ReadAll(co_await tx.Execute(kOperations, buyer)))
      operations.push_back(id);
    Batch batch("order.erase_personal_data");
    batch.Add(kEraseAddresses, buyer, market::personal_data::kErased);
    batch.Add(kEraseParcels, buyer).Add(kEraseNotes, buyer).Add(kEraseWords, buyer);
    batch.Add(kEraseReturns, buyer);
    batch.Add(kEraseCart, buyer).Add(kEraseWishes, buyer);
    idempotency::AppendForget(batch, buyer);
    idempotency::AppendReopen(batch, operations);
    const auto done = co_await tx.Execute(std::move(batch));
    if (!market::personal_data::HasChanged(done)) co_return Erased::kDone;
    Batch told("order.personal_data_erased");
    audit::Append(told, work,
                  market::personal_data::ErasureOf(buyer, "order",
                                                   "marketplace.order.v1.OrderService/ErasePersonalData"));
    co_await tx.ExecuteAndCommit(std::move(told));
    co_return Erased::kDone;
  };
  co_return co_await database_.Transaction(work, erase);
}

}  // namespace market::order::storage
