// A whole payment as one row: its parts come as parallel arrays, so that one query is one snapshot.
#pragma once
#include "platform/postgres/columns.hpp"
#include "services/payment/domain/payment.hpp"

namespace market::payment::storage {

using postgres::Column;
using postgres::Columns;

inline constexpr Columns kPayment{
    Column{"p.id", &domain::Payment::id},
    Column{"p.order_id", &domain::Payment::order},
    Column{"p.buyer_id", &domain::Payment::buyer},
    Column{"p.currency",  // a tombstone has none
           [](domain::Payment& payment, std::optional<Currency> currency) {
             payment.currency = currency.value_or(Currency());
           }},
    Column{"p.amount_minor", &domain::Payment::amount_minor},
    Column{"p.authorized_minor", &domain::Payment::authorized_minor},
    Column{"p.captured_minor", &domain::Payment::captured_minor},
    Column{"p.refunded_minor", &domain::Payment::refunded_minor},
    Column{"p.payment_method", &domain::Payment::method},
    Column{"p.authorization_id", &domain::Payment::authorization},
    Column{"p.state", &domain::Payment::state},
    Column{"p.decline_code", &domain::Payment::decline_code},
    Column{"p.version", &domain::Payment::version},
    Column{"p.asks", &domain::Payment::asks},
    Column{"p.trace", &domain::Payment::trace},
    Column{"p.created_at", &domain::Payment::created_at},
    Column{"p.updated_at", &domain::Payment::updated_at},
    Column{"s.seller_orders", &domain::Payment::splits, &domain::Split::seller_order},
    Column{"s.sellers", &domain::Payment::splits, &domain::Split::seller},
    Column{"s.amounts", &domain::Payment::splits, &domain::Split::amount_minor},
    Column{"a.operations", &domain::Payment::attempts, &domain::Attempt::operation},
    Column{"a.numbers", &domain::Payment::attempts, &domain::Attempt::number},
    Column{"a.seller_orders", &domain::Payment::attempts, &domain::Attempt::seller_order},
    Column{"a.states", &domain::Payment::attempts, &domain::Attempt::state},
    Column{"a.codes", &domain::Payment::attempts, &domain::Attempt::code},
    Column{"a.times", &domain::Payment::attempts, &domain::Attempt::created_at},
    Column{"r.seller_orders", &domain::Payment::refunds, &domain::Refund::seller_order},
    Column{"r.amounts", &domain::Payment::refunds, &domain::Refund::amount_minor},
    Column{"r.states", &domain::Payment::refunds, &domain::Refund::state},
    Column{"r.reasons", &domain::Payment::refunds, &domain::Refund::reason}};

// What kPayment is selected from; an attempt that is about no seller order has the nil id.
inline constexpr postgres::Sql kFromPayment{R"sql(
  FROM payment p
  CROSS JOIN LATERAL (
    SELECT array_agg(seller_order_id ORDER BY position) AS seller_orders, array_agg(seller_id ORDER BY position) AS sellers,
           array_agg(amount_minor ORDER BY position) AS amounts
    FROM payment_split WHERE payment_id = p.id) s
  CROSS JOIN LATERAL (
    SELECT array_agg(operation ORDER BY created_at, number) AS operations,
           array_agg(number ORDER BY created_at, number) AS numbers,
           array_agg(coalesce(seller_order_id, '00000000-0000-0000-0000-000000000000')
                     ORDER BY created_at, number) AS seller_orders,
           array_agg(state ORDER BY created_at, number) AS states, array_agg(code ORDER BY created_at, number) AS codes,
           array_agg(created_at ORDER BY created_at, number) AS times
    FROM payment_attempt WHERE payment_id = p.id) a
  CROSS JOIN LATERAL (
    SELECT array_agg(seller_order_id ORDER BY created_at, seller_order_id) AS seller_orders,
           array_agg(amount_minor ORDER BY created_at, seller_order_id) AS amounts,
           array_agg(state ORDER BY created_at, seller_order_id) AS states,
           array_agg(reason ORDER BY created_at, seller_order_id) AS reasons
    FROM refund WHERE payment_id = p.id) r
)sql"};

}  // namespace market::payment::storage
