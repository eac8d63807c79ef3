// Commission rules: what operators write, propose, approve and end.
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "platform/conversions/conversions.hpp"
#include "platform/core/error.hpp"
#include "platform/identity/permissions.hpp"
#include "platform/rpc/act.hpp"
#include "platform/rpc/page.hpp"
#include "platform/rpc/partial_update.hpp"
#include "services/payment/api/payment_service.hpp"
#include "services/payment/domain/commission_version.hpp"
#include "services/payment/domain/simulation.hpp"

namespace market::payment {
namespace {

using domain::CommissionRuleId;
using domain::RuleVersion;
using domain::Simulation;
using RuleContract = api::payment::CommissionRule;

// Lines that a simulation looks at, and how many of them at once.
constexpr std::int64_t kSimulatedLines = 200'000;
constexpr std::int64_t kSimulatedPage = 5'000;

// The amounts of a rule, which have one currency.
struct RuleAmounts {
  std::optional<Money> price_from;
  std::optional<Money> price_below;
  std::optional<Money> fixed;
  std::optional<Money> floor;
  std::optional<Money> cap;
};

RuleAmounts AmountsOf(const domain::CommissionRule& rule) {
  const auto money = [&](std::optional<std::int64_t> minor) {
    return minor ? std::optional(Money{*minor, *rule.currency}) : std::nullopt;
  };
  const auto above_zero = [&](std::int64_t minor) {
    return minor > 0 ? money(minor) : std::optional<Money>();
  };
  return {.price_from = money(rule.price_from_minor),
          .price_below = money(rule.price_below_minor),
          .fixed = above_zero(rule.terms.fixed_minor),
          .floor = above_zero(rule.terms.floor_minor),
          .cap = money(rule.terms.cap_minor)};
}

void SetAmounts(domain::CommissionRule& rule, const RuleAmounts& amounts) {
  rule.currency = std::nullopt;
  const auto minor = [&](const std::optional<Money>& money,
                         std::string_view field) -> std::optional<std::int64_t> {
    if (!money) return std::nullopt;
    if (rule.currency && *rule.currency != money->currency) {
      throw InvalidArgument("commissionRule." + std::string(field), "MIXED_CURRENCIES",
                            "must be in the currency of the rule's other amounts");
    }
    rule.currency = money->currency;
    return money->minor;
  };
  rule.price_from_minor = minor(amounts.price_from, "priceFrom");
  rule.price_below_minor = minor(amounts.price_below, "priceBelow");
  rule.terms.fixed_minor = minor(amounts.fixed, "fixed").value_or(0);
  rule.terms.floor_minor = minor(amounts.floor, "floor").value_or(0);
  rule.terms.cap_minor = minor(amounts.cap, "cap");
}

std::optional<Money> MoneyIn(bool given, const marketplace::type::v1::Money& money) {
  return given ? std::optional(conversions::MoneyFrom(money)) : std::nullopt;
}

template <class SomeId>
std::optional<SomeId> IdIn(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(SomeId::From(text));
}

RuleVersion DraftRule(const CallContext& call, const api::payment::CommissionRuleDraft& draft) {
  RuleVersion version;
  version.name = draft.name();
  auto& rule = version.rule;
  rule.terms.rule = CommissionRuleId(call.OperationId());
  rule.seller = IdIn<SellerId>(draft.seller_id());
  rule.category = IdIn<domain::CategoryId>(draft.category_id());
  SetAmounts(rule, {.price_from = MoneyIn(draft.has_price_from(), draft.price_from()),
                    .price_below = MoneyIn(draft.has_price_below(), draft.price_below()),
                    .fixed = MoneyIn(draft.has_fixed(), draft.fixed()),
                    .floor = MoneyIn(draft.has_floor(), draft.floor()),
                    .cap = MoneyIn(draft.has_cap(), draft.cap())});
  rule.terms.percentage_ppm = draft.percentage_ppm();
  rule.terms.on_delivery = draft.on_delivery();
  rule.terms.tax_ppm = draft.tax_ppm();
  domain::RequireSound(version);
  return version;
}

void ApplyChange(RuleVersion& version, const api::payment::UpdateCommissionRuleRequest& request) {
  const auto& change = request.commission_rule();
  const rpc::PartialUpdate update(change, request.update_mask());
  auto& rule = version.rule;
  if (update.Changes("name")) {
    if (change.name().empty()) throw InvalidArgument("commissionRule.name", "REQUIRED", "must not be empty");
    version.name = change.name();
  }
  if (update.Changes("seller_id")) rule.seller = IdIn<SellerId>(change.seller_id());
  if (update.Changes("category_id")) rule.category = IdIn<domain::CategoryId>(change.category_id());
  auto amounts = AmountsOf(rule);
  if (update.Changes("price_from"))
    amounts.price_from = MoneyIn(change.has_price_from(), change.price_from());
  if (update.Changes("price_below"))
    amounts.price_below = MoneyIn(change.has_price_below(), change.price_below());
  if (update.Changes("fixed")) amounts.fixed = MoneyIn(change.has_fixed(), change.fixed());
  if (update.Changes("floor")) amounts.floor = MoneyIn(change.has_floor(), change.floor());
  if (update.Changes("cap")) amounts.cap = MoneyIn(change.has_cap(), change.cap());
  SetAmounts(rule, amounts);
  if (update.Changes("percentage_ppm")) rule.terms.percentage_ppm = change.percentage_ppm();
  if (update.Changes("on_delivery")) rule.terms.on_delivery = change.on_delivery();
  if (update.Changes("tax_ppm")) rule.terms.tax_ppm = change.tax_ppm();
  domain::RequireSound(version);
}

// The names are the same, by contract.
RuleContract::State StateProto(domain::RuleState state) {
  auto out = RuleContract::STATE_UNSPECIFIED;
  RuleContract::State_Parse(std::string(Name(state)), &out);
  return out;
}

RuleContract RuleProto(const RuleVersion& version) {
  using conversions::ToProto;
  const auto& rule = version.rule;
  RuleContract out;
  out.set_id(rule.terms.rule.ToString());
  out.set_version(rule.terms.version);
  out.set_state(StateProto(version.state));
  out.set_name(version.name);
  if (rule.seller) out.set_seller_id(rule.seller->ToString());
  if (rule.category) out.set_category_id(rule.category->ToString());
  const auto amounts = AmountsOf(rule);
  if (amounts.price_from) *out.mutable_price_from() = ToProto(*amounts.price_from);
  if (amounts.price_below) *out.mutable_price_below() = ToProto(*amounts.price_below);
  out.set_percentage_ppm(rule.terms.percentage_ppm);
  if (amounts.fixed) *out.mutable_fixed() = ToProto(*amounts.fixed);
  if (amounts.floor) *out.mutable_floor() = ToProto(*amounts.floor);
  if (amounts.cap) *out.mutable_cap() = ToProto(*amounts.cap);
  out.set_on_delivery(rule.terms.on_delivery);
  out.set_tax_ppm(rule.terms.tax_ppm);
  if (version.valid_from) *out.mutable_valid_from() = ToProto(*version.valid_from);
  if (rule.valid_until) *out.mutable_valid_until() = ToProto(*rule.valid_until);
  if (version.proposed_by) out.set_proposed_by(version.proposed_by->ToString());
  if (version.approved_by) out.set_approved_by(version.approved_by->ToString());
  *out.mutable_create_time() = ToProto(version.created_at);
  *out.mutable_update_time() = ToProto(version.updated_at);
  out.set_etag(std::to_string(version.revision));
  return out;
}

std::optional<Time> MomentIn(bool given, const google::protobuf::Timestamp& time, std::string field) {
  return given ? std::optional(conversions::TimeFrom(time, std::move(field))) : std::nullopt;
}

api::payment::CommissionSimulation SimulationProto(const Simulation& simulation) {
  using conversions::ToProto;
  api::payment::CommissionSimulation out;
  for (const auto& [currency, amounts] : simulation.Totals()) {
    auto& total = *out.add_totals();
    total.set_currency(std::string(currency.Code()));
    total.set_lines(amounts.lines);
    total.set_changed_lines(amounts.changed_lines);
    *total.mutable_earned() = ToProto(Money{amounts.earned_minor, currency});
    *total.mutable_before() = ToProto(Money{amounts.before_minor, currency});
    *total.mutable_after() = ToProto(Money{amounts.after_minor, currency});
  }
  for (const auto& [seller, currency, amounts] : simulation.Sellers()) {
    auto& one = *out.add_sellers();
    one.set_seller_id(seller.ToString());
    *one.mutable_before() = ToProto(Money{amounts.before_minor, currency});
    *one.mutable_after() = ToProto(Money{amounts.after_minor, currency});
    one.set_changed_lines(amounts.changed_lines);
  }
  for (const auto& line : simulation.Lines()) {
    auto& one = *out.add_lines();
    one.set_line_id(line.id.ToString());
    one.set_seller_id(line.seller.ToString());
    *one.mutable_before() = ToProto(Money{line.before_minor, line.currency});
    *one.mutable_after() = ToProto(Money{line.after_minor, line.currency});
  }
  return out;
}

}  // namespace

Task<RuleContract> PaymentService::CreateCommissionRule(CallContext& call,
                                                        api::payment::CreateCommissionRuleRequest request) {
  co_return RuleProto(
      co_await deps_.rules.Create(call, DraftRule(call, request.commission_rule()), rpc::ActOf(call)));
}

Task<api::payment::ListCommissionRulesResponse> PaymentService::ListCommissionRules(
    CallContext& call, api::payment::ListCommissionRulesRequest request) {
  storage::WantedRules wanted{.state = {}, .seller = IdIn<SellerId>(request.seller_id())};
  if (request.state() != RuleContract::STATE_UNSPECIFIED) {
    wanted.state = domain::kRuleStates.Require(RuleContract::State_Name(request.state()));
  }
  const auto filter =
      "commission_rules|" + RuleContract::State_Name(request.state()) + '|' + request.seller_id();
  const auto size = rpc::PageSize(request.page_size());
  std::optional<storage::RulePosition> after;
  if (const auto at = deps_.pages.Decode<CommissionRuleId, std::int64_t>(filter, request.page_token())) {
    after = storage::RulePosition{std::get<0>(*at), std::get<1>(*at)};
  }
  auto found = co_await deps_.rules.List(call, wanted, after, size + 1);
  api::payment::ListCommissionRulesResponse response;
  const auto kept = rpc::FillPage(*response.mutable_commission_rules(), size, found, RuleProto);
  if (kept < found.size()) {
    const auto& last = found[kept - 1].rule.terms;
    response.set_next_page_token(deps_.pages.Encode(filter, last.rule, std::int64_t{last.version}));
  }
  co_return response;
}

Task<RuleContract> PaymentService::GetCommissionRule(CallContext& call,
                                                     api::payment::GetCommissionRuleRequest request) {
  const auto found =
      co_await deps_.rules.Find(call, CommissionRuleId::From(request.commission_rule_id()),
                                request.version() > 0 ? std::optional(request.version()) : std::nullopt);
  if (!found) throw NotFound("the commission rule");
  co_return RuleProto(*found);
}

Task<RuleContract> PaymentService::UpdateCommissionRule(CallContext& call,
                                                        api::payment::UpdateCommissionRuleRequest request) {
  co_return RuleProto(co_await deps_.rules.Change(
      call, CommissionRuleId::From(request.commission_rule_id()), rpc::ExpectedVersion(request.if_match()),
      [&](RuleVersion& version) { ApplyChange(version, request); }, rpc::ActOf(call)));
}

Task<api::payment::CommissionSimulation> PaymentService::SimulateCommissionRule(
    CallContext& call, api::payment::SimulateCommissionRuleRequest request) {
  const auto version =
      co_await deps_.rules.Find(call, CommissionRuleId::From(request.commission_rule_id()), std::nullopt);
  if (!version) throw NotFound("the commission rule");
  const auto until = deps_.clock.Now();
  const auto from = until - std::chrono::days(request.days());
  Simulation simulation(co_await deps_.rules.Published(call, from), version->rule);
  std::int64_t seen = 0;
  std::optional<storage::SoldPosition> after;
  bool complete = false;
  while (!complete && seen < kSimulatedLines) {
    const auto lines = co_await deps_.sold.Sold(call, from, after, kSimulatedPage);
    for (const auto& line : lines) simulation.Add(line);
    seen += static_cast<std::int64_t>(lines.size());
    complete = lines.size() < static_cast<std::size_t>(kSimulatedPage);
    if (!lines.empty()) after = storage::SoldPosition{lines.back().placed_at, lines.back().id};
  }
  auto response = SimulationProto(simulation);
  *response.mutable_from() = conversions::ToProto(from);
  *response.mutable_until() = conversions::ToProto(until);
  response.set_complete(complete);
  co_return response;
}

Task<RuleContract> PaymentService::PublishCommissionRule(CallContext& call,
                                                         api::payment::PublishCommissionRuleRequest request) {
  const auto from = MomentIn(request.has_valid_from(), request.valid_from(), "validFrom");
  const auto second =
      co_await deps_.second_person.For(call, identity::NameOf(marketplace::options::v1::COMMISSIONS_WRITE));
  co_return RuleProto(co_await deps_.rules.Publish(call, CommissionRuleId::From(request.commission_rule_id()),
                                                   from, call.Caller().account, second, rpc::ActOf(call)));
}

Task<RuleContract> PaymentService::ApproveCommissionRule(CallContext& call,
                                                         api::payment::ApproveCommissionRuleRequest request) {
  co_return RuleProto(co_await deps_.rules.Approve(call, CommissionRuleId::From(request.commission_rule_id()),
                                                   request.version(), call.Caller().account,
                                                   rpc::ActOf(call)));
}

Task<RuleContract> PaymentService::WithdrawCommissionRule(
    CallContext& call, api::payment::WithdrawCommissionRuleRequest request) {
  co_return RuleProto(co_await deps_.rules.Withdraw(
      call, CommissionRuleId::From(request.commission_rule_id()), rpc::ActOf(call)));
}

Task<RuleContract> PaymentService::EndCommissionRule(CallContext& call,
                                                     api::payment::EndCommissionRuleRequest request) {
  const auto until = MomentIn(request.has_valid_until(), request.valid_until(), "validUntil");
  co_return RuleProto(co_await deps_.rules.End(call, CommissionRuleId::From(request.commission_rule_id()),
                                               until, rpc::ActOf(call)));
}

}  // namespace market::payment
