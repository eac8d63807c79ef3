#include "services/payment/domain/commission_version.hpp"

namespace market::payment::domain {

void RequireSound(const RuleVersion& version) {
  const auto& rule = version.rule;
  if (rule.price_from_minor && rule.price_below_minor && *rule.price_from_minor >= *rule.price_below_minor) {
    throw InvalidArgument("commissionRule.priceBelow", "OUT_OF_RANGE", "must be more than priceFrom");
  }
  if (rule.terms.cap_minor && *rule.terms.cap_minor < rule.terms.floor_minor) {
    throw InvalidArgument("commissionRule.cap", "OUT_OF_RANGE", "must be at least floor");
  }
}

Error NotFrom(RuleState from, RuleState to, const std::string& message) {
  return Error(Code::kFailedPrecondition, "ILLEGAL_TRANSITION", message)
      .WithMetadata("from", std::string(Name(from)))
      .WithMetadata("to", std::string(Name(to)));
}

void RequireApprovable(const RuleVersion& version, const AccountId& by) {
  if (version.state != RuleState::kProposed) {
    throw NotFrom(version.state, RuleState::kPublished, "nothing of this rule waits for an approval");
  }
  if (version.proposed_by == by) {
    throw Error(Code::kFailedPrecondition, "COMMISSION_RULE_OWN_PROPOSAL",
                "you have proposed this version yourself; somebody else has to approve it");
  }
}

}  // namespace market::payment::domain
