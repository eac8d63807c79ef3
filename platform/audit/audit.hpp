// Acts on record (migration set "audit"): what somebody did by a permission for everything, not on own
// things. The row is written in the transaction of the act, so there is none without the other:
//
//   batch.Add(kSetState, id, …);
//   audit::Append(batch, work, act);
//
// An event tells it to who keeps the list of all acts (telling.hpp). No program can change or remove a row
// (platform/postgres/migrate.hpp); within seconds a Sealer has chained it (sealer.hpp). An act takes no lock.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "platform/telemetry/work.hpp"

namespace market::audit {

struct Act {
  // Who, by what right, and in which call: rpc::ActOf. Without an account `actor` names whoever it was.
  std::optional<AccountId> account;
  std::string actor;            // "operator"
  std::optional<Uuid> api_key;  // the account's, that was used
  std::string service;          // whose record it is: "order"
  std::string permission;       // "orders.cancel"
  std::string method;           // "marketplace.order.v1.OrderService/CancelOrder"
  std::string request_id;
  std::string trace_id;
  std::string address;  // from where; empty at the machine

  // What it was done to, and why if the caller says so.
  std::string target_type;  // "order"
  std::string target_id;
  std::optional<SellerId> seller;  // whose shop it concerns, if that is one
  std::string reason;
  // What it changed, by name of the field: small, and nothing that is secret.
  std::map<std::string, std::string> before;
  std::map<std::string, std::string> after;
};

// The event carries the trace that `work` belongs to.
void Append(postgres::Batch& batch, const Work& work, const Act& act);

}  // namespace market::audit
