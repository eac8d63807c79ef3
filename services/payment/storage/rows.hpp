// A whole payment as one row: its parts come as parallel arrays, so that one query is one snapshot.
#pragma once
#include "platform/postgres/result.hpp"
#include "services/payment/domain/payment.hpp"

namespace market::payment::storage {

#define MARKET_PAYMENT_COLUMNS \
  R"sql(
  p.id, p.order_id, p.buyer_id, p.currency, p.amount_minor, p.authorized_minor, p.captured_minor, p.refunded_minor,
  p.payment_method, p.authorization_id, p.state, p.decline_code, p.version, p.asks, p.created_at, p.updated_at,
  s.seller_orders, s.sellers, s.amounts,
  a.operations, a.numbers, a.seller_orders, a.states, a.codes, a.times,
  r.seller_orders, r.amounts, r.states, r.reasons, p.trace
  FROM payment p
  CROSS JOIN LATERAL (
    SELECT array_agg(seller_order_id ORDER BY position) AS seller_orders, array_agg(seller_id ORDER BY position) AS sellers,
           array_agg(amount_minor ORDER BY position) AS amounts
    FROM payment_split WHERE payment_id = p.id) s
  CROSS JOIN LATERAL (
    SELECT array_agg(operation ORDER BY created_at, number) AS operations,
           array_agg(number ORDER BY created_at, number) AS numbers,
           array_agg(coalesce(seller_order_id::text, '') ORDER BY created_at, number) AS seller_orders,
           array_agg(state ORDER BY created_at, number) AS states, array_agg(code ORDER BY created_at, number) AS codes,
           array_agg((extract(epoch FROM created_at) * 1000000)::bigint ORDER BY created_at, number) AS times
    FROM payment_attempt WHERE payment_id = p.id) a
  CROSS JOIN LATERAL (
    SELECT array_agg(seller_order_id ORDER BY created_at, seller_order_id) AS seller_orders,
           array_agg(amount_minor ORDER BY created_at, seller_order_id) AS amounts,
           array_agg(state ORDER BY created_at, seller_order_id) AS states,
           array_agg(reason ORDER BY created_at, seller_order_id) AS reasons
    FROM refund WHERE payment_id = p.id) r
)sql"

domain::Payment ReadPayment(const postgres::Row& row);

}  // namespace market::payment::storage
