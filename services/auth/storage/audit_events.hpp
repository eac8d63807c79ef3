// The one list of what was done by permission in every service (ADR 32): a copy of the sources' records, each
// row kept once, however often it is told. Nothing is changed or removed. Times are the sources'.
// Fails as platform/postgres/errors.hpp says.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/core/clock.hpp"
#include "platform/postgres/database.hpp"

namespace market::auth::storage {

struct AuditEvent {
  Uuid id;
  Time at;
  audit::Act act;
  std::optional<std::string> email;  // of the account, if it is still there; not kept
};

// What of it must be so; what is not said may be anything.
struct WantedActs {
  std::optional<AccountId> account;
  std::optional<Uuid> api_key;
  std::optional<std::string> target_id;
  std::optional<std::string> target_type;
  std::optional<std::string> method;
  std::optional<std::string> service;
  std::optional<SellerId> seller;
  std::optional<Time> from;
  std::optional<Time> to;  // this moment not among them
};

struct ActPosition {
  Time at;
  Uuid id;
};

class AuditEvents {
 public:
  explicit AuditEvents(postgres::Database& database) : database_(database) {}

  Task<> Keep(Work work, AuditEvent event);
  // The newest first, from before `before` on.
  Task<std::vector<AuditEvent>> List(Work work, WantedActs wanted, std::optional<ActPosition> before,
                                     int limit);

 private:
  postgres::Database& database_;
};

// By which List looks for them: for the test of its plans.
postgres::Statement ActsStatement(const WantedActs& wanted);

}  // namespace market::auth::storage
