// Rules X41 and X42, as checks.hpp has rules: what the marketplace bills its shops, and what its operators book by hand.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kCommissionIsBilled = R"sql(
  SELECT e.id::text, format('the ledger has %s and a tax of %s as commission of seller %s, charged are %s and %s',
                            booked.net, booked.tax, s.seller_id, charged.net, charged.tax)
  FROM ledger_entry e JOIN sale s ON s.seller_order_id = e.seller_order_id
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'commission_revenue'), 0) AS net,
           coalesce(-sum(p.amount_minor) FILTER (WHERE p.account = 'commission_tax'), 0) AS tax
    FROM ledger_posting p WHERE p.entry_id = e.id) AS booked
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.net_minor), 0) AS net, coalesce(sum(c.tax_minor), 0) AS tax,
           bool_and((c.seller_id, c.currency, c.booked_at) = (s.seller_id, s.currency, e.created_at)) AS own
    FROM commission_charge c WHERE c.entry_id = e.id) AS charged
  WHERE (booked.net, booked.tax) <> (charged.net, charged.tax) OR NOT charged.own
  UNION ALL
  SELECT i.id::text, format('%s bills %s and a tax of %s for %s, charged are %s and %s', i.number, i.net_minor, i.tax_minor,
                            i.month, charged.net, charged.tax)
  FROM commission_invoice i
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.net_minor), 0) AS net, coalesce(sum(c.tax_minor), 0) AS tax
    FROM commission_charge c WHERE c.seller_id = i.seller_id AND c.currency = i.currency
      AND to_char(c.booked_at AT TIME ZONE 'UTC', 'YYYY-MM') = i.month) AS charged
  WHERE (i.net_minor, i.tax_minor) <> (charged.net, charged.tax)
     OR NOT EXISTS (SELECT FROM commission_month m WHERE m.invoice_id = i.id
                    AND (m.seller_id, m.currency, m.month) = (i.seller_id, i.currency, i.month))
  UNION ALL
  SELECT c.seller_id::text, format('nothing will bill the commission of %s in %s', c.month, c.currency)
  FROM (SELECT DISTINCT seller_id, currency, to_char(booked_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM commission_charge) AS c
  LEFT JOIN commission_month m USING (seller_id, currency, month)
  WHERE m.month IS NULL
     OR (m.invoice_id IS NULL AND m.month < to_char((market_now() - interval '1 day') AT TIME ZONE 'UTC', 'YYYY-MM'))
  UNION ALL
  SELECT format('%s of %s', series.kind, series.year),
         format('%s documents, the last number is %s, the counter has %s', series.documents, series.last, coalesce(c.last, 0))
  FROM (SELECT kind, year, count(*) AS documents, max(position) AS last FROM commission_invoice GROUP BY kind, year) AS series
  LEFT JOIN commission_invoice_counter c USING (kind, year)
  WHERE series.documents <> series.last OR series.last IS DISTINCT FROM c.last)sql";

inline constexpr std::string_view kBookedByHand = R"sql(
  SELECT e.id::text, format('a %s that %s', e.cause, CASE WHEN o.id IS NULL THEN 'nobody has booked' ELSE 'moves something else' END)
  FROM ledger_entry e LEFT JOIN operator_entry o ON o.id = e.cause_id AND o.entry_id = e.id AND o.cause = e.cause
  LEFT JOIN LATERAL (
    SELECT count(*) AS all_of_it,
           count(*) FILTER (WHERE (p.account, p.owner_id, p.currency, p.amount_minor)
                                = ('seller_available', o.seller_id, o.currency, signed.minor)) AS of_shop,
           count(*) FILTER (WHERE p.owner_id IS NULL AND (p.account, p.currency, p.amount_minor)
                                = ('goodwill', o.currency, -signed.minor)) AS of_marketplace
    FROM ledger_posting p
    CROSS JOIN (SELECT CASE o.cause WHEN 'FINE' THEN o.amount_minor ELSE -o.amount_minor END AS minor) AS signed
    WHERE p.entry_id = e.id) AS booked ON true
  WHERE e.cause IN ('FINE', 'GOODWILL')
    AND (o.id IS NULL OR (booked.all_of_it, booked.of_shop, booked.of_marketplace) <> (2, 1, 1))
  UNION ALL
  SELECT o.id::text, format('a %s of %s %s that the ledger does not have', o.cause, o.amount_minor, o.currency)
  FROM operator_entry o
  WHERE NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = o.entry_id AND e.cause = o.cause AND e.cause_id = o.id))sql";

}  // namespace market::invariants
