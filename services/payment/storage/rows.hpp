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
    Column{"p.number", &domain::Payment::number},
    Column{"p.buyer_id", &domain::Payment::buyer},
    Column{"p.currency",  // none of an order that was undone before its payment was known
           [](domain::Payment& payment, std::optional<Currency> currency) {
             payment.currency = currency.value_or(Currency());
           }},
    Column{"p.amount_minor", &domain::Payment::amount_minor},
    Column{"p.authorized_minor", &domain::Payment::authorized_minor},
    Column{"p.captured_minor", &domain::Payment::captured_minor},
    Column{"p.refunded_minor", &domain::Payment::refunded_minor},
    Column{"p.payment_method", &domain::Payment::method},
    Column{"p.authorization_id", &domain::Payment::authorization},
    Column{"p.action_url", &domain::Payment::action_url},
    Column{"p.state", &domain::Payment::state},
    Column{"p.decline_code", &domain::Payment::decline_code},
    Column{"p.failure_code", &domain::Payment::failure_code},
    Column{"p.undone_at", &domain::Payment::undone_at},
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
    Column{"a.refunds", &domain::Payment::attempts, &domain::Attempt::refund},
    Column{"a.states", &domain::Payment::attempts, &domain::Attempt::state},
    Column{"a.codes", &domain::Payment::attempts, &domain::Attempt::code},
    Column{"a.times", &domain::Payment::attempts, &domain::Attempt::created_at},
    Column{"r.ids", &domain::Payment::refunds, &domain::Refund::id},
    Column{"r.seller_orders", &domain::Payment::refunds, &domain::Refund::seller_order},
    Column{"r.amounts", &domain::Payment::refunds, &domain::Refund::amount_minor},
    Column{"r.states", &domain::Payment::refunds, &domain::Refund::state},
    Column{"r.reasons", &domain::Payment::refunds, &domain::Refund::reason},
    Column{"r.times", &domain::Payment::refunds, &domain::Refund::created_at},
    Column{"r.accounts", &domain::Payment::refunds, &domain::Refund::account},
    Column{"d.seller_orders", &domain::Payment::disputed, &domain::DisputedPart::seller_order},
    Column{"d.amounts", &domain::Payment::disputed, &domain::DisputedPart::amount_minor}};

// What belongs to the rows of payments that are called p; an attempt that is about no refund has the nil id.
inline constexpr postgres::Sql kPartsOfPayment{R"sql(
  CROSS JOIN LATERAL (
    SELECT array_agg(seller_order_id) AS seller_orders, array_agg(seller_id) AS sellers, array_agg(amount_minor) AS amounts
    FROM (SELECT * FROM payment_split WHERE payment_id = p.id ORDER BY position) AS split) s
  CROSS JOIN LATERAL (
    SELECT array_agg(operation) AS operations, array_agg(number) AS numbers,
           array_agg(coalesce(refund_id, '00000000-0000-0000-0000-000000000000')) AS refunds,
           array_agg(state) AS states, array_agg(code) AS codes, array_agg(created_at) AS times
    FROM (SELECT * FROM payment_attempt WHERE payment_id = p.id ORDER BY created_at, number) AS attempt) a
  CROSS JOIN LATERAL (
    SELECT array_agg(id) AS ids, array_agg(seller_order_id) AS seller_orders, array_agg(amount_minor) AS amounts,
           array_agg(state) AS states, array_agg(reason) AS reasons, array_agg(created_at) AS times,
           array_agg(account_id) AS accounts
    FROM (SELECT * FROM refund WHERE payment_id = p.id ORDER BY created_at, id) AS refund) r
  CROSS JOIN LATERAL (
    SELECT array_agg(seller_order_id) AS seller_orders, array_agg(of_sale_minor) AS amounts
    FROM dispute WHERE payment_id = p.id AND state <> 'WON') d
)sql"};

}  // namespace market::payment::storage
