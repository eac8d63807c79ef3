// Rules M1, M2, M10, M13 and M14, as checks.hpp has rules: entries of the ledger by themselves, and what may move where.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kEntriesBalance = R"sql(
  SELECT e.id::text, format('%s of %s: sum %s %s', e.cause, e.cause_id, sum(p.amount_minor), p.currency)
  FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
  GROUP BY e.id, p.currency HAVING sum(p.amount_minor) <> 0)sql";

inline constexpr std::string_view kEntriesAreWhole = R"sql(
  SELECT coalesce(e.id, p.entry_id)::text, format('%s of %s: %s postings', coalesce(e.cause::text, 'no entry'), e.cause_id,
                                                  count(p.entry_id))
  FROM ledger_entry e FULL JOIN ledger_posting p ON p.entry_id = e.id
  GROUP BY e.id, p.entry_id HAVING count(p.entry_id) < 2 OR e.id IS NULL)sql";

inline constexpr std::string_view kEntriesAreOfTheirPayments = R"sql(
  SELECT DISTINCT e.id::text, format('%s of %s in %s; payment %s is in %s', e.cause, e.cause_id, l.currency, p.id,
                                     p.currency)
  FROM ledger_entry e JOIN ledger_posting l ON l.entry_id = e.id LEFT JOIN payment p ON p.id = e.payment_id
  LEFT JOIN refund r ON r.id = e.cause_id AND r.payment_id = p.id
  WHERE e.cause::text NOT LIKE 'PAYOUT%' AND e.cause NOT IN ('ADJUSTMENT', 'FINE', 'GOODWILL')
    AND (p.id IS NULL OR l.currency IS DISTINCT FROM p.currency
         OR (e.cause = 'CAPTURE' AND e.cause_id <> p.id)
         OR (e.cause IN ('REFUND', 'CLAWBACK') AND r.id IS NULL)
         OR (e.cause IN ('DISPUTE_OPENED', 'DISPUTE_WON', 'DISPUTE_LOST')
             AND NOT EXISTS (SELECT FROM dispute d WHERE d.id = e.cause_id AND d.payment_id = p.id))
         OR (e.cause IN ('EARNING', 'RELEASE', 'RESERVE_RELEASE') AND e.cause_id IS DISTINCT FROM e.seller_order_id)))sql";

inline constexpr std::string_view kAccountsHaveTheirOwners = R"sql(
  SELECT entry_id::text, format('%s of %s: %s %s on %s of %s', cause, cause_id, amount_minor, currency, account,
                                coalesce(owner_id::text, 'nobody'))
  FROM ledger_posting LEFT JOIN ledger_entry e ON e.id = entry_id
  WHERE (account IN ('seller_pending', 'seller_available', 'seller_reserve', 'payout_clearing'))
        <> (owner_id IS NOT NULL))sql";

inline constexpr std::string_view kMoneyMovesItsWays = R"sql(
  SELECT e.id::text, format('%s of %s, payment %s: %s on %s', e.cause, e.cause_id, e.payment_id, l.amount_minor, l.account)
  FROM ledger_entry e JOIN ledger_posting l ON l.entry_id = e.id
  WHERE CASE WHEN e.cause IN ('CAPTURE', 'REFUND') THEN
               CASE l.account WHEN 'psp_clearing' THEN (l.amount_minor > 0) <> (e.cause = 'CAPTURE')
                              WHEN 'order_escrow' THEN (l.amount_minor < 0) <> (e.cause = 'CAPTURE') ELSE true END
             WHEN e.cause IN ('EARNING', 'RELEASE', 'CLAWBACK', 'RESERVE_RELEASE') THEN
               l.account IN ('psp_clearing', 'payout_clearing', 'provider_fees', 'disputes', 'goodwill') ELSE false END)sql";

}  // namespace market::invariants
