// Rules X38 and X39, as checks.hpp has rules: what the marketplace takes of sales, and what reconciliation has put right.
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
