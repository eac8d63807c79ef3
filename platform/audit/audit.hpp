// Acts on record (migration set "audit"): what somebody did by a permission for everything, not on own
// things. The row is written in the transaction of the act, so there is none without the other:
//
//   batch.Add(kSetState, id, …);
//   audit::Append(batch, act);
//
// No program can change or remove a row (platform/postgres/migrate.hpp), and within seconds a Sealer has
// chained it (platform/audit/sealer.hpp). No lock is taken in the act.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"

namespace market::audit {

struct Act {
  // Who, by what right, and in which call: rpc::ActOf. Without an account `actor` names whoever it was.
  std::optional<AccountId> account;
  std::string actor;
  std::string permission;  // "orders.cancel"
  std::string method;      // "marketplace.order.v1.OrderService/CancelOrder"
  std::string request_id;
  std::string trace_id;

  // What it was done to, and why if the caller says so.
  std::string target_type;  // "order"
  std::string target_id;
  std::string reason;
  // What it changed, by name of the field: small, and nothing that is secret.
  std::map<std::string, std::string> before;
  std::map<std::string, std::string> after;
};

void Append(postgres::Batch& batch, const Act& act);

}  // namespace market::audit
