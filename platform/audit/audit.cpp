#include "platform/audit/audit.hpp"

#include <ranges>
#include <vector>

#include "marketplace/type/v1/act.pb.h"
#include "platform/events/event.hpp"

namespace market::audit {
namespace {

constexpr postgres::Statement kAppend{"audit.append", R"sql(
WITH act AS (
  INSERT INTO audit_event (id, account_id, actor, api_key_id, permission, method, target_type, target_id,
                           seller_id, reason, address, request_id, trace_id, before, after)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, jsonb_object($14::text[], $15::text[]),
          jsonb_object($16::text[], $17::text[]))
  RETURNING id)
INSERT INTO audit_unsealed (event_id) SELECT id FROM act)sql"};

marketplace::type::v1::ActRecorded Told(const Uuid& id, const Act& act) {
  marketplace::type::v1::ActRecorded told;
  told.set_act_id(id.ToString());
  told.set_service(act.service);
  if (act.account) told.set_account_id(act.account->ToString());
  told.set_actor(act.actor);
  if (act.api_key) told.set_api_key_id(act.api_key->ToString());
  told.set_permission(act.permission);
  told.set_method(act.method);
  told.set_target_type(act.target_type);
  told.set_target_id(act.target_id);
  if (act.seller) told.set_seller_id(act.seller->ToString());
  told.set_reason(act.reason);
  told.set_address(act.address);
  told.set_request_id(act.request_id);
  told.set_trace_id(act.trace_id);
  told.mutable_before()->insert(act.before.begin(), act.before.end());
  told.mutable_after()->insert(act.after.begin(), act.after.end());
  return told;
}

}  // namespace

void Append(postgres::Batch& batch, const Work& work, const Act& act) {
  const auto id = Uuid::NewV7();
  batch.Add(kAppend, id, act.account, act.actor, act.api_key, act.permission, act.method, act.target_type,
            act.target_id, act.seller, act.reason, act.address, act.request_id, act.trace_id,
            std::views::keys(act.before), std::views::values(act.before), std::views::keys(act.after),
            std::views::values(act.after));
  events::Append(batch, work,
                 events::Of(Told(id, act), {.aggregate = "act/" + id.ToString(), .seller = act.seller}));
}

}  // namespace market::audit
