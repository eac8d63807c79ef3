#include "platform/audit/audit.hpp"

#include <ranges>
#include <vector>

namespace market::audit {
namespace {

constexpr postgres::Statement kAppend{"audit.append", R"sql(
WITH act AS (
  INSERT INTO audit_event (id, account_id, actor, permission, method, target_type, target_id, reason,
                           request_id, trace_id, before, after)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, jsonb_object($11::text[], $12::text[]),
          jsonb_object($13::text[], $14::text[]))
  RETURNING id)
INSERT INTO audit_unsealed (event_id) SELECT id FROM act)sql"};

}  // namespace

void Append(postgres::Batch& batch, const Act& act) {
  batch.Add(kAppend, Uuid::NewV7(), act.account, act.actor, act.permission, act.method, act.target_type,
            act.target_id, act.reason, act.request_id, act.trace_id, std::views::keys(act.before),
            std::views::values(act.before), std::views::keys(act.after), std::views::values(act.after));
}

}  // namespace market::audit
