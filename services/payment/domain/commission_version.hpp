// A version of a commission rule as operators write it: a draft, which is published, at once or by a second person, and ends when
// the next one begins. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/error.hpp"
#include "platform/core/id.hpp"
#include "platform/core/words.hpp"
#include "services/payment/domain/commission.hpp"

namespace market::payment::domain {

enum class RuleState : std::uint8_t { kDraft, kProposed, kPublished, kWithdrawn };
inline constexpr Words<RuleState, 4> kRuleStates{"state of a commission rule",
                                                 {"DRAFT", "PROPOSED", "PUBLISHED", "WITHDRAWN"}};
inline std::string_view Name(RuleState state) { return kRuleStates.Name(state); }
inline void FromText(std::string_view text, RuleState& state) { state = kRuleStates.Require(text); }

struct RuleVersion {
  CommissionRule rule;
  std::string name;
  RuleState state = RuleState::kDraft;
  std::int64_t revision = 0;
  std::optional<Time> valid_from;  // the rule's; of a draft there is none
  std::optional<AccountId> proposed_by;
  std::optional<AccountId> approved_by;
  Time created_at;
  Time updated_at;

  // Whether it may be changed, given up or put into force.
  bool IsOpen() const { return state == RuleState::kDraft || state == RuleState::kProposed; }
};

// Throws Error INVALID_ARGUMENT, naming the field, for a rule that contradicts itself.
void RequireSound(const RuleVersion& version);

// FAILED_PRECONDITION ILLEGAL_TRANSITION.
Error NotFrom(RuleState from, RuleState to, const std::string& message);

// What is PROPOSED must be, and by somebody else. Throws Error ILLEGAL_TRANSITION, COMMISSION_RULE_OWN_PROPOSAL.
void RequireApprovable(const RuleVersion& version, const AccountId& by);

}  // namespace market::payment::domain
