// Rules R1 to R12, as checks.hpp has rules: acts on record.
#pragma once
#include <string_view>

namespace market::invariants {

// Acts on record: nothing was changed, taken out or put in between, and nothing is left out.
inline constexpr std::string_view kChain = R"sql(
  SELECT position::text, format('act %s, %s of %s %s, after seal %s', event_id, method, target_type, target_id,
                                coalesce(before, 0)) FROM (
    SELECT s.position, s.event_id, s.digest, e.method, e.target_type, e.target_id, lag(s.position) OVER chain AS before,
           audit_digest(coalesce(lag(s.digest) OVER chain, ''), e) AS wanted
    FROM audit_seal s LEFT JOIN audit_event e ON e.id = s.event_id
    WINDOW chain AS (ORDER BY s.position)) AS seal
  WHERE digest IS DISTINCT FROM wanted OR position <> coalesce(before, 0) + 1)sql";
inline constexpr std::string_view kSealed = R"sql(
  SELECT id::text, format('%s of %s %s at %s', method, target_type, target_id, at) FROM audit_event e
  WHERE at < market_now() - interval '60 seconds' AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.event_id = e.id))sql";

}  // namespace market::invariants
