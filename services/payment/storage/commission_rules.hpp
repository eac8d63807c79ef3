// The rules by which the marketplace takes its commission, each in versions. What was sold keeps its own terms, so nothing here is
// ever in the way of a sale.
//
// Every act goes on record in its transaction, under the lock of its rule: of two at once the second sees what the first has left.
// Owner: the service; io thread only. Fails as platform/postgres does, plus the refusals named at each function.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "platform/audit/audit.hpp"
#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/postgres/database.hpp"
#include "services/payment/domain/commission.hpp"
#include "services/payment/domain/commission_version.hpp"

namespace market::payment::storage {

struct WantedRules {
  std::optional<domain::RuleState> state;
  std::optional<SellerId> seller;
};

// Where a page of versions ends.
struct RulePosition {
  domain::CommissionRuleId rule;
  std::int64_t version = 0;
};

// Whether a version needs somebody besides who proposes it.
enum class SecondPerson : std::uint8_t { kNeeded, kNotNeeded };

class CommissionRules {
 public:
  struct Limits {
    std::int64_t live = 1000;  // versions that are neither withdrawn nor over
  };

  explicit CommissionRules(postgres::Database& database) : CommissionRules(database, Limits()) {}
  CommissionRules(postgres::Database& database, Limits limits) : database_(database), limits_(limits) {}

  // Those that are published and valid then or later: few, as a marketplace writes them by hand.
  Task<std::vector<domain::CommissionRule>> Published(Work work, Time at);

  // Of the newest rule first its newest version, at most `limit`.
  Task<std::vector<domain::RuleVersion>> List(Work work, WantedRules wanted,
                                              std::optional<RulePosition> after, std::int64_t limit);
  // That version; without one the newest.
  Task<std::optional<domain::RuleVersion>> Find(Work work, domain::CommissionRuleId id,
                                                std::optional<int> version);

  // The first version of a new rule, a draft; one that is there already, of an earlier run, is answered as it is.
  // LIMIT_REACHED.
  Task<domain::RuleVersion> Create(Work work, domain::RuleVersion draft, audit::Act act);
  // `edit` is what becomes of the draft, or of the copy of what is published that is the next draft; it may throw. Whose
  // revision is another one than expected is not changed. NOT_FOUND, ETAG_MISMATCH, ILLEGAL_TRANSITION, LIMIT_REACHED.
  using Edit = std::function<void(domain::RuleVersion&)>;
  Task<domain::RuleVersion> Change(Work work, domain::CommissionRuleId id,
                                   std::optional<std::int64_t> if_revision, Edit edit, audit::Act act);
  // In force from then on, or at once. NOT_FOUND, ILLEGAL_TRANSITION, INVALID_ARGUMENT for a time that is over.
  Task<domain::RuleVersion> Publish(Work work, domain::CommissionRuleId id, std::optional<Time> from,
                                    AccountId by, SecondPerson second, audit::Act act);
  // ETAG_MISMATCH where another version is the newest; else as domain::RequireApprovable. NOT_FOUND.
  Task<domain::RuleVersion> Approve(Work work, domain::CommissionRuleId id, int version, AccountId by,
                                    audit::Act act);
  // Of the newest version. NOT_FOUND, ILLEGAL_TRANSITION for one that is in force or over.
  Task<domain::RuleVersion> Withdraw(Work work, domain::CommissionRuleId id, audit::Act act);
  // The version that ends then: what is over already stays so. NOT_FOUND, ILLEGAL_TRANSITION where none is published,
  // INVALID_ARGUMENT for a time that is over.
  Task<domain::RuleVersion> End(Work work, domain::CommissionRuleId id, std::optional<Time> until,
                                audit::Act act);

 private:
  postgres::Database& database_;
  const Limits limits_;
};

}  // namespace market::payment::storage
