// Rules X25 and X26, as checks.hpp has rules: the tax documents of shops, and what they are of.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kInvoicesAreNumbered = R"sql(
  SELECT c.seller_id::text, format('%s of %s: the last number is %s, %s are issued, to %s', c.kind, c.year, c.last, count(i.id),
                                   coalesce(max(i.position), 0))
  FROM invoice_counter c LEFT JOIN invoice i USING (seller_id, kind, year)
  GROUP BY c.seller_id, c.kind, c.year HAVING c.last <> count(i.id) OR c.last IS DISTINCT FROM max(i.position)
  UNION ALL
  SELECT i.seller_order_id::text, format('%s of %s has no counter', i.kind, i.year)
  FROM invoice i LEFT JOIN invoice_counter c USING (seller_id, kind, year) WHERE c.seller_id IS NULL
  UNION ALL
  SELECT seller_order_id::text, format('%s %s of %s is called %s', kind, position, year, number) FROM invoice
  WHERE number <> CASE kind WHEN 'CREDIT_NOTE' THEN 'CN-' ELSE '' END || year || '-'
                  || lpad(position::text, greatest(6, length(position::text)), '0')
     OR year <> extract(year FROM issued_at AT TIME ZONE 'UTC'))sql";

// Half up, as domain::Portion rounds. Of what went back payment tells a moment after an order knows of it.
inline constexpr std::string_view kInvoicesAreOfTheirParts = R"sql(
  WITH billed AS (
    SELECT i.id, i.seller_order_id, i.total_minor, s.total_minor AS part_minor, s.refunded_minor, o.updated_at, i.seller_id, i.buyer_id,
           s.seller_id AS part_seller, o.buyer_id AS order_buyer, s.order_id, i.currency, o.currency AS order_currency
    FROM invoice i JOIN seller_order s ON s.id = i.seller_order_id JOIN orders o ON o.id = s.order_id WHERE i.kind = 'INVOICE'),
  line AS (
    SELECT i.id, l ->> 'lineId' AS line_id, (l ->> 'quantity')::numeric AS quantity, (l #>> '{price,totalMinor}')::numeric AS minor
    FROM invoice i CROSS JOIN LATERAL jsonb_array_elements(i.content -> 'lines') AS l WHERE i.kind = 'INVOICE'),
  heard AS (SELECT seller_order_id, sum(amount_minor) AS minor FROM part_refund GROUP BY seller_order_id),
  noted AS (SELECT corrects, sum(total_minor) AS minor FROM invoice WHERE kind = 'CREDIT_NOTE' GROUP BY corrects)
  SELECT i.seller_order_id::text, format('net %s, tax %s of %s; its taxes are %s and %s', i.net_minor, i.tax_minor, i.number, t.net, t.tax)
  FROM invoice i CROSS JOIN LATERAL (
    SELECT coalesce(sum((tax ->> 'netMinor')::numeric), 0) AS net, coalesce(sum((tax ->> 'taxMinor')::numeric), 0) AS tax
    FROM jsonb_array_elements(i.content -> 'taxes') AS tax) AS t
  WHERE i.net_minor <> t.net OR i.tax_minor <> t.tax
  UNION ALL
  SELECT b.seller_order_id::text, format('invoice %s comes to %s, its lines and its delivery to %s', b.id, b.total_minor, l.minor)
  FROM billed b CROSS JOIN LATERAL (
    SELECT coalesce(sum(line.minor), 0) + coalesce((SELECT (content #>> '{delivery,price,totalMinor}')::numeric FROM invoice WHERE id = b.id), 0)
             AS minor FROM line WHERE line.id = b.id) AS l
  WHERE b.total_minor <> l.minor
  UNION ALL
  SELECT b.seller_order_id::text, format('invoice %s bills %s units of line %s for %s', b.id, line.quantity, line.line_id, line.minor)
  FROM billed b JOIN line ON line.id = b.id LEFT JOIN order_line l ON l.id::text = line.line_id AND l.seller_order_id = b.seller_order_id
  WHERE l.id IS NULL OR line.quantity > l.quantity
     OR line.minor <> l.total_minor - div(2 * l.total_minor * (l.quantity - line.quantity) + l.quantity, 2 * l.quantity)
  UNION ALL
  SELECT seller_order_id::text, format('invoice %s is of another seller, buyer or currency', id) FROM billed
  WHERE seller_id <> part_seller OR buyer_id <> order_buyer OR currency <> order_currency
  UNION ALL
  SELECT b.seller_order_id::text, format('credit notes of %s, %s went back, of which %s was not billed; the invoice is over %s',
                                         coalesce(n.minor, 0), coalesce(h.minor, 0), b.part_minor - b.total_minor, b.total_minor)
  FROM billed b LEFT JOIN noted n ON n.corrects = b.id LEFT JOIN heard h ON h.seller_order_id = b.seller_order_id
  WHERE coalesce(n.minor, 0) > b.total_minor
     OR (coalesce(n.minor, 0) <> greatest(0, coalesce(h.minor, 0) - (b.part_minor - b.total_minor))
         AND NOT EXISTS (SELECT FROM outbox WHERE key = b.order_id || '/invoice'))
  UNION ALL
  SELECT b.seller_order_id::text, format('%s went back, told of %s', b.refunded_minor, coalesce(h.minor, 0))
  FROM billed b LEFT JOIN heard h ON h.seller_order_id = b.seller_order_id
  WHERE b.refunded_minor <> coalesce(h.minor, 0) AND b.updated_at < market_now() - interval '60 seconds'
  UNION ALL
  SELECT s.id::text, 'something of it was sent, and it has no invoice' FROM seller_order s
  WHERE EXISTS (SELECT FROM order_line l WHERE l.seller_order_id = s.id AND l.shipped > 0)
    AND s.state IN ('PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED', 'COMPLETED')
    AND NOT EXISTS (SELECT FROM invoice i WHERE i.seller_order_id = s.id AND i.kind = 'INVOICE')
    AND NOT EXISTS (SELECT FROM outbox WHERE key = s.order_id || '/invoice'))sql";

}  // namespace market::invariants
