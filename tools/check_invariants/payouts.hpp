// Rules X31 to X33, as checks.hpp has rules: what shops are paid of what they are due. X34 is of books.cpp.
#pragma once
#include <string_view>

namespace market::invariants {

inline constexpr std::string_view kPayoutsAreTheirLines = R"sql(
  SELECT p.id::text, format('%s %s of seller %s, its lines come to %s', p.amount_minor, p.currency, p.seller_id,
                            coalesce(lines.minor::text, 'nothing'))
  FROM payout p LEFT JOIN LATERAL (
    SELECT -sum(l.amount_minor) AS minor FROM payout_line c
    JOIN ledger_posting l ON l.entry_id = c.entry_id AND l.position = c.position WHERE c.payout_id = p.id) AS lines ON true
  WHERE p.amount_minor IS DISTINCT FROM lines.minor)sql";

// The first posting of a payout is what it takes itself.
inline constexpr std::string_view kLinesAreOwnOnce = R"sql(
  SELECT c.payout_id::text, format('entry %s, posting %s: %s of %s in %s; payout of seller %s in %s; claimed %s times', c.entry_id,
                                   c.position, coalesce(l.account::text, 'missing'), coalesce(l.owner_id::text, 'nobody'), l.currency,
                                   coalesce(p.seller_id::text, 'missing'), p.currency, c.times)
  FROM (SELECT *, count(*) OVER (PARTITION BY entry_id, position) AS times FROM payout_line) AS c
  LEFT JOIN payout p ON p.id = c.payout_id
  LEFT JOIN ledger_posting l ON l.entry_id = c.entry_id AND l.position = c.position
  WHERE c.times > 1 OR p.id IS NULL OR l.entry_id IS NULL OR l.account <> 'seller_available' OR l.owner_id <> p.seller_id
     OR l.currency <> p.currency
     OR (c.position = 1 AND EXISTS (SELECT FROM payout o WHERE o.entry_id = c.entry_id)))sql";

inline constexpr std::string_view kOnTheWayIsWhatIsSent = R"sql(
  SELECT seller_id::text, format('%s %s in payout_clearing, %s in payouts that are due or submitted',
                                                                  coalesce(booked.minor, 0), currency,
                                                                  coalesce(sent.minor, 0))
  FROM (SELECT owner_id AS seller_id, currency, -sum(amount_minor) AS minor FROM ledger_posting
        WHERE account = 'payout_clearing' GROUP BY owner_id, currency) AS booked
  FULL JOIN (SELECT seller_id, currency, sum(amount_minor) AS minor FROM payout WHERE state IN ('DUE', 'SUBMITTED')
             GROUP BY seller_id, currency) AS sent USING (seller_id, currency)
  WHERE coalesce(booked.minor, 0) <> coalesce(sent.minor, 0))sql";

}  // namespace market::invariants
