// Rule X38, as checks.hpp has rules: what the marketplace takes of sales.
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

}  // namespace market::invariants
