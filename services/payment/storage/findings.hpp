// What the reconciliation keeps: the provider's list as we have heard it, how far each part has come, and what it found.
//
// What differs is looked for among payments and charges that changed in a span of time and have been left alone since; a finding is
// one row for a kind and a subject. One that is open is looked at again and again, and closes when it is gone; one that an operator
// has resolved stays so unless another amount differs. Owner: the service; io thread only. Fails as platform/postgres does, plus the
// refusals named at each function.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "services/payment/domain/finding.hpp"

namespace market::payment::storage {

// A charge as the provider lists it.
struct ProviderCharge {
  struct Refund {
    std::string reference;
    std::int64_t amount_minor = 0;
  };
  std::string authorization;
  std::optional<domain::OrderId> order;
  Money captured;
  std::int64_t refunded_minor = 0;
  std::vector<Refund> refunds;
};

// A part of the reconciliation that is due, and this caller's for a while.
struct DuePart {
  std::string part;  // "provider", "payments", "balance", "disputes"
  Time position;     // what lies before it is done
  Time now;          // by the database
};

struct WantedFindings {
  std::optional<domain::FindingKind> kind;
  std::optional<domain::FindingState> state;
};

struct OpenFindings {
  std::map<domain::FindingKind, std::int64_t> by_kind;  // of those that there are
  std::chrono::milliseconds oldest_age{0};
};

class Findings {
 public:
  explicit Findings(postgres::Database& database) : database_(database) {}

  Task<std::optional<DuePart>> TakeDue(Work work, std::chrono::milliseconds lease);
  // Its position never goes back.
  Task<> Done(Work work, std::string part, Time position, std::chrono::milliseconds pause);
  Task<Time> PositionOf(Work work, std::string part);

  // Those that are as they were change nothing.
  Task<> Keep(Work work, std::vector<ProviderCharge> charges);

  // What differs of what changed after `from` and not after `to`, neither side of which changed after `to`.
  Task<std::vector<domain::Difference>> ChangedBetween(Work work, Time from, Time to);
  // Open ones of other kinds than LEDGER_UNBALANCED, those first that were not looked at for longest; and what still differs of
  // what they are about.
  struct Again {
    std::vector<domain::Finding> open;
    std::vector<domain::Difference> differences;
  };
  Task<Again> LookAgain(Work work, std::int64_t limit);

  // Opens what is new, or resolved of another amount, or cleared before.
  Task<> See(Work work, std::vector<domain::Difference> differences);
  // Those of the kinds and subjects are gone.
  Task<> Clear(Work work, std::vector<domain::FindingId> gone);
  Task<std::vector<domain::Finding>> OpenOf(Work work, domain::FindingKind kind);

  // Newest first, at most `limit`.
  Task<std::vector<domain::Finding>> List(Work work, WantedFindings wanted,
                                          std::optional<domain::FindingId> after, std::int64_t limit);
  Task<std::optional<domain::Finding>> Find(Work work, domain::FindingId id);
  // With its entry, if something is booked; `id` is the resolution's: a repeated run changes nothing. NOT_FOUND,
  // ILLEGAL_TRANSITION, INVALID_ARGUMENT as domain::RequireBookable.
  Task<domain::Finding> Resolve(Work work, domain::FindingId finding, Uuid id, AccountId by, std::string note,
                                std::optional<domain::Adjustment> adjustment, audit::Act act);

  Task<OpenFindings> CountOpen(Work work);

 private:
  postgres::Database& database_;
};

}  // namespace market::payment::storage
