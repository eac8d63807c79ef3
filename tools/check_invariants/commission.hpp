// Rules X37 to X39, as checks.hpp has rules: what banks dispute, what the marketplace takes of sales, and what reconciliation has put right.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kCommissionRulesStand = R"sql(
  SELECT a.id::text, format('versions %s and %s are both in force at %s', a.version, b.version, greatest(a.valid_from, b.valid_from))
  FROM commission_rule a JOIN commission_rule b ON b.id = a.id AND b.version > a.version
  WHERE a.state = 'PUBLISHED' AND b.state = 'PUBLISHED'
    AND tstzrange(a.valid_from, a.valid_until) && tstzrange(b.valid_from, b.valid_until)
  UNION ALL
  SELECT id::text, format('version %s has not the terms that it was published with', version)
  FROM commission_rule r WHERE state = 'PUBLISHED' AND terms_digest IS DISTINCT FROM commission_terms_digest(r))sql";

inline constexpr std::string_view kDisputesAreBooked = R"sql(
  SELECT d.id::text, format('%s over %s %s; booked: taken %s, given back %s, lost %s, at the provider %s', d.state, d.amount_minor,
                            d.currency, booked.opened, booked.won, booked.lost, booked.provider)
  FROM dispute d CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount_minor) FILTER (WHERE e.cause = 'DISPUTE_OPENED' AND p.account = 'disputes'), 0) AS opened,
           coalesce(-sum(p.amount_minor) FILTER (WHERE e.cause = 'DISPUTE_WON' AND p.account = 'disputes'), 0) AS won,
           coalesce(-sum(p.amount_minor) FILTER (WHERE e.cause = 'DISPUTE_LOST' AND p.account = 'disputes'), 0) AS lost,
           coalesce(sum(p.amount_minor) FILTER (WHERE p.account = 'psp_clearing'), 0) AS provider
    FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
    WHERE e.cause IN ('DISPUTE_OPENED', 'DISPUTE_WON', 'DISPUTE_LOST') AND e.cause_id = d.id) AS booked
  WHERE (booked.opened, booked.won, booked.lost, booked.provider)
        IS DISTINCT FROM (d.amount_minor, CASE d.state WHEN 'WON' THEN d.amount_minor ELSE 0 END,
                          CASE d.state WHEN 'LOST' THEN d.amount_minor ELSE 0 END, CASE d.state WHEN 'WON' THEN 0 ELSE -d.amount_minor END)
  UNION ALL
  SELECT s.seller_order_id::text, format('%s, held for %s disputes, %s are open', s.state, s.disputes, open.disputes)
  FROM sale s CROSS JOIN LATERAL (
    SELECT count(*) AS disputes, max(d.created_at) AS since FROM dispute d
    WHERE d.seller_order_id = s.seller_order_id AND d.state IN ('OPEN', 'EVIDENCE')) AS open
  WHERE s.disputes <> open.disputes OR s.released_at > open.since)sql";

inline constexpr std::string_view kFindingsAreResolvedOnce = R"sql(
  SELECT e.id::text, format('an adjustment by %s, of %s', e.cause_id, coalesce(r.finding_id::text, 'no finding'))
  FROM ledger_entry e LEFT JOIN finding_resolution r ON r.id = e.cause_id AND r.entry_id = e.id
  LEFT JOIN LATERAL (
    SELECT count(*) AS all_of_it,
           count(*) FILTER (WHERE (p.account, p.currency, p.amount_minor) = (r.debit_account, r.currency, r.amount_minor)
                              AND p.owner_id IS NOT DISTINCT FROM r.debit_owner_id) AS debits,
           count(*) FILTER (WHERE (p.account, p.currency, p.amount_minor) = (r.credit_account, r.currency, -r.amount_minor)
                              AND p.owner_id IS NOT DISTINCT FROM r.credit_owner_id) AS credits
    FROM ledger_posting p WHERE p.entry_id = e.id) AS booked ON true
  WHERE e.cause = 'ADJUSTMENT' AND (r.id IS NULL OR (booked.all_of_it, booked.debits, booked.credits) <> (2, 1, 1))
  UNION ALL
  SELECT r.finding_id::text, format('resolution %s says that it booked %s %s', r.id, r.amount_minor, r.currency)
  FROM finding_resolution r WHERE r.entry_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.id = r.entry_id AND e.cause = 'ADJUSTMENT' AND e.cause_id = r.id)
  UNION ALL
  SELECT f.id::text, format('%s %s is resolved by %s', f.kind, f.subject, coalesce(f.resolution_id::text, 'nobody'))
  FROM finding f LEFT JOIN finding_resolution r ON r.id = f.resolution_id AND r.finding_id = f.id
  WHERE f.reason = 'resolved' AND r.id IS NULL)sql";

}  // namespace market::invariants
