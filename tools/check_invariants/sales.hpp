// Rules X28 to X30, as checks.hpp has rules: what shops earn, and the ledger's balances.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kSalesAreOfTheirSplits = R"sql(
  SELECT s.seller_order_id::text, format('its lines and delivery are %s %s of seller %s; payment %s splits %s %s for seller %s',
                                         sold.minor, s.currency, s.seller_id, p.id, t.amount_minor, p.currency, t.seller_id)
  FROM sale s
  CROSS JOIN LATERAL (SELECT s.delivery_minor + coalesce(sum(l.paid_minor), 0) AS minor
                      FROM sale_line l WHERE l.seller_order_id = s.seller_order_id) AS sold
  JOIN payment p ON p.order_id = s.order_id
  JOIN payment_split t ON t.payment_id = p.id AND t.seller_order_id = s.seller_order_id
  WHERE (sold.minor, s.currency, s.seller_id) IS DISTINCT FROM (t.amount_minor, p.currency, t.seller_id))sql";

// Of what is booked about a sale: what its shop and the marketplace have of it. Debits are positive.
inline constexpr std::string_view kSalesAreBooked = R"sql(
  SELECT s.seller_order_id::text,
         format('%s: pending %s, available %s, reserve %s, commission %s, tax %s, funded %s; the ledger has %s, %s, %s, %s, %s, %s',
                s.state, due.pending, due.available, due.reserve, due.commission, due.tax, due.funded, has.pending, has.available,
                has.reserve, has.commission, has.tax, has.funded)
  FROM sale s
  CROSS JOIN LATERAL (
    SELECT CASE WHEN s.state = 'PLACED' THEN 0 ELSE 1 END AS earned, coalesce(sum(l.commission_minor), 0) AS commission,
           coalesce(sum(l.commission_tax_minor), 0) AS tax,
           coalesce(sum(l.funded_left_minor), 0) + s.delivery_funded_left_minor AS funded,
           coalesce(sum(l.paid_minor - l.refunded_minor), 0) + s.delivery_minor - s.delivery_refunded_minor AS paid
    FROM sale_line l WHERE l.seller_order_id = s.seller_order_id) AS left_of
  CROSS JOIN LATERAL (SELECT paid + funded - commission - tax AS net) AS share
  CROSS JOIN LATERAL (
    SELECT CASE s.state WHEN 'EARNED' THEN net ELSE 0 END AS pending,
           CASE s.state WHEN 'RELEASED' THEN net - s.reserve_minor ELSE 0 END AS available, s.reserve_minor AS reserve,
           earned * commission AS commission, earned * tax AS tax, earned * funded AS funded) AS due
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'seller_pending'), 0) AS pending,
           coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'seller_available'), 0) AS available,
           coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'seller_reserve'), 0) AS reserve,
           coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'commission_revenue'), 0) AS commission,
           coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'commission_tax'), 0) AS tax,
           coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'coupon_funding'), 0) AS funded
    FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
    WHERE e.seller_order_id = s.seller_order_id AND e.cause IN ('EARNING', 'RELEASE', 'CLAWBACK', 'RESERVE_RELEASE', 'DISPUTE_OPENED', 'DISPUTE_WON')
      AND (p.owner_id IS NULL OR p.owner_id = s.seller_id)) AS has
  WHERE (due.pending, due.available, due.reserve, due.commission, due.tax, due.funded)
        IS DISTINCT FROM (has.pending, has.available, has.reserve, has.commission, has.tax, has.funded))sql";

inline constexpr std::string_view kBalancesArePostings = R"sql(
  SELECT concat_ws(' of ', account::text, owner_id::text), format('%s %s are kept, %s are posted', kept, currency, posted)
  FROM (SELECT account, owner_id, currency, sum(kept) AS kept, sum(posted) AS posted
        FROM (SELECT account, owner_id, currency, amount_minor AS kept, 0 AS posted FROM ledger_balance
              UNION ALL SELECT account, owner_id, currency, amount_minor, 0 FROM ledger_delta
              UNION ALL SELECT account, owner_id, currency, 0, amount_minor FROM ledger_posting) AS told
        GROUP BY account, owner_id, currency) AS compared
  WHERE kept <> posted)sql";

}  // namespace market::invariants
