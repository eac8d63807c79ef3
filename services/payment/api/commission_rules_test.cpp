#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "platform/conversions/conversions.hpp"
#include "platform/rpc/page_token.hpp"
#include "platform/testing/reason_of.hpp"
#include "services/payment/testing/operations_fixture.hpp"

namespace market::payment {
namespace {

using State = api::payment::CommissionRule;

// Knows so many operators, or can't be asked.
struct CountingAuth final : api::AuthStandIn {
  std::int64_t operators = 1;
  bool down = false;
  std::string asked;

  Task<api::auth::CountOperatorsResponse> CountOperators(CallContext&,
                                                         api::auth::CountOperatorsRequest request) override {
    asked = request.permission();
    if (down) throw Error(Code::kUnavailable, "UNAVAILABLE", "nobody answers");
    api::auth::CountOperatorsResponse response;
    response.set_operators(operators);
    co_return response;
  }
};

struct SoldBefore final : storage::SalesSource {
  std::vector<domain::SimulatedLine> lines;

  Task<std::vector<domain::SimulatedLine>> Sold(Work, Time, std::optional<storage::SoldPosition> after,
                                                std::int64_t) override {
    co_return after ? std::vector<domain::SimulatedLine>() : lines;
  }
};

struct RuleOperations {
  RuleOperations(boost::asio::io_context& io, Service& s, World& world, SecondPerson::Rule rule)
      : operations(io, s, world, {.second_person = rule, .sold = &sales}) {
    operations.second_person.Connect(auth);
  }

  SoldBefore sales;
  CountingAuth auth;
  Operations operations;
  PaymentService& api = operations.api;
};

template <class Body>
void WithRuleOperations(Body body, SecondPerson::Rule rule = SecondPerson::Rule::kAuto) {
  WithService([&](Service& s, World& world, boost::asio::io_context& io) -> Task<> {
    RuleOperations operations(io, s, world, rule);
    co_await body(operations);
  });
}

// An operator's call of that method.
struct RuleCall {
  explicit RuleCall(const std::string& method, AccountId account = AccountId::New()) {
    rpc::CallContextBuilder(context)
        .Caller({.account = account})
        .Reach({.everything = true})
        .OperationId(Uuid::NewV7())
        .Method(api::PaymentMethods().Find(method));
  }
  CallContext context{After(8s)};
};

api::payment::CreateCommissionRuleRequest RuleRequest() {
  api::payment::CreateCommissionRuleRequest request;
  auto& rule = *request.mutable_commission_rule();
  rule.set_name("A test");
  rule.set_seller_id(Uuid::NewV7().ToString());
  rule.set_percentage_ppm(50'000);
  return request;
}

void SetEur(marketplace::type::v1::Money& money, std::int64_t minor, const std::string& currency = "EUR") {
  money.set_amount(minor);
  money.set_currency(currency);
}

Task<api::payment::CommissionRule> Created(
    RuleOperations& o, api::payment::CreateCommissionRuleRequest request = RuleRequest()) {
  RuleCall call("CreateCommissionRule");
  co_return co_await o.api.CreateCommissionRule(call.context, request);
}

Task<api::payment::CommissionRule> Published(RuleOperations& o, const std::string& id,
                                             AccountId by = AccountId::New()) {
  RuleCall call("PublishCommissionRule", by);
  api::payment::PublishCommissionRuleRequest request;
  request.set_commission_rule_id(id);
  co_return co_await o.api.PublishCommissionRule(call.context, request);
}

Task<api::payment::CommissionRule> Changed(RuleOperations& o,
                                           api::payment::UpdateCommissionRuleRequest request) {
  RuleCall call("UpdateCommissionRule");
  co_return co_await o.api.UpdateCommissionRule(call.context, request);
}

TEST(CommissionRuleApi, TwoOperators_NeedEachOther) {
  WithRuleOperations([](RuleOperations& o) -> Task<> {
    o.auth.operators = 2;
    const auto anna = AccountId::New();
    const auto rule = co_await Published(o, (co_await Created(o)).id(), anna);
    EXPECT_EQ(o.auth.asked, "commissions.write");
    EXPECT_EQ(rule.state(), State::PROPOSED);
    EXPECT_EQ(rule.proposed_by(), anna.ToString());
    api::payment::ApproveCommissionRuleRequest approve;
    approve.set_commission_rule_id(rule.id());
    approve.set_version(1);
    RuleCall own("ApproveCommissionRule", anna);
    EXPECT_EQ(co_await ReasonOf(o.api.ApproveCommissionRule(own.context, approve)),
              "COMMISSION_RULE_OWN_PROPOSAL");
    RuleCall other("ApproveCommissionRule");
    EXPECT_EQ((co_await o.api.ApproveCommissionRule(other.context, approve)).state(), State::PUBLISHED);
    // The other one has left meanwhile.
    const auto next = co_await Published(o, (co_await Created(o)).id(), anna);
    o.auth.operators = 1;
    EXPECT_EQ((co_await Published(o, next.id(), anna)).state(), State::PUBLISHED);
  });
}

TEST(CommissionRuleApi, WhenAuthCantBeAsked_TheSecondPersonIsNeeded) {
  WithRuleOperations([](RuleOperations& o) -> Task<> {
    o.auth.down = true;
    EXPECT_EQ((co_await Published(o, (co_await Created(o)).id())).state(), State::PROPOSED);
    o.auth.down = false;
    EXPECT_EQ((co_await Published(o, (co_await Created(o)).id())).state(), State::PUBLISHED);
  });
}

TEST(CommissionRuleApi, TheSettingCanSayAlwaysOrNever) {
  using enum SecondPerson::Rule;
  for (const auto rule : {kAlways, kNever}) {
    WithRuleOperations(
        [rule](RuleOperations& o) -> Task<> {
          o.auth.operators = rule == kAlways ? 1 : 2;
          EXPECT_EQ((co_await Published(o, (co_await Created(o)).id())).state(),
                    rule == kAlways ? State::PROPOSED : State::PUBLISHED);
          EXPECT_EQ(o.auth.asked, "");
        },
        rule);
  }
}

TEST(CommissionRuleApi, AmountsHaveOneCurrency) {
  WithRuleOperations([](RuleOperations& o) -> Task<> {
    auto request = RuleRequest();
    SetEur(*request.mutable_commission_rule()->mutable_floor(), 100);
    SetEur(*request.mutable_commission_rule()->mutable_cap(), 50);
    EXPECT_EQ(co_await ReasonOf(Created(o, request)), "INVALID_ARGUMENT");
    SetEur(*request.mutable_commission_rule()->mutable_cap(), 500);
    const auto rule = co_await Created(o, request);
    EXPECT_EQ(rule.floor().amount(), 100);
    EXPECT_FALSE(rule.has_fixed() || rule.has_price_from());
    api::payment::UpdateCommissionRuleRequest update;
    update.set_commission_rule_id(rule.id());
    SetEur(*update.mutable_commission_rule()->mutable_cap(), 900, "USD");
    EXPECT_EQ(co_await ReasonOf(Changed(o, update)), "INVALID_ARGUMENT");
    update.mutable_update_mask()->add_paths("cap");
    update.mutable_update_mask()->add_paths("floor");
    const auto changed = co_await Changed(o, update);
    EXPECT_EQ(changed.cap().currency(), "USD");
    EXPECT_FALSE(changed.has_floor()) << "in the mask without a value";
    update.clear_update_mask();
    update.clear_commission_rule();
    update.mutable_commission_rule()->set_on_delivery(true);
    update.mutable_commission_rule()->set_tax_ppm(7);
    const auto again = co_await Changed(o, update);
    EXPECT_TRUE(again.on_delivery());
    EXPECT_EQ(again.tax_ppm(), 7);
    EXPECT_EQ(again.cap().amount(), 900);
    update.set_if_match(changed.etag());
    EXPECT_EQ(co_await ReasonOf(Changed(o, update)), "ETAG_MISMATCH");
    update.clear_if_match();
    update.mutable_update_mask()->add_paths("name");
    EXPECT_EQ(co_await ReasonOf(Changed(o, update)), "INVALID_ARGUMENT") << "a rule has a name";
  });
}

TEST(CommissionRuleApi, ListsGoOnWhereTheyEnded) {
  WithRuleOperations([](RuleOperations& o) -> Task<> {
    auto request = RuleRequest();
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) made.insert(made.begin(), (co_await Created(o, request)).id());
    RuleCall call("ListCommissionRules");
    api::payment::ListCommissionRulesRequest wanted;
    wanted.set_seller_id(request.commission_rule().seller_id());
    wanted.set_state(State::DRAFT);
    wanted.set_page_size(2);
    std::vector<std::string> seen;
    for (int page = 0; page < 2; ++page) {
      const auto found = co_await o.api.ListCommissionRules(call.context, wanted);
      for (const auto& rule : found.commission_rules()) seen.push_back(rule.id());
      EXPECT_EQ(found.has_next_page_token(), page == 0);
      if (page == 0) wanted.set_page_token(found.next_page_token());
    }
    EXPECT_EQ(seen, made);
    wanted.set_page_token("x");
    EXPECT_EQ(co_await ReasonOf(o.api.ListCommissionRules(call.context, wanted)), "INVALID_PAGE_TOKEN");
    wanted.clear_page_token();
    wanted.set_state(State::PUBLISHED);
    EXPECT_EQ((co_await o.api.ListCommissionRules(call.context, wanted)).commission_rules_size(), 0);
    RuleCall get("GetCommissionRule");
    api::payment::GetCommissionRuleRequest one;
    one.set_commission_rule_id(made[0]);
    EXPECT_EQ((co_await o.api.GetCommissionRule(get.context, one)).version(), 1);
    one.set_version(2);
    EXPECT_EQ(co_await ReasonOf(o.api.GetCommissionRule(get.context, one)), "NOT_FOUND");
  });
}

TEST(CommissionRuleApi, ASimulationShowsWhatWouldBe) {
  WithRuleOperations([](RuleOperations& o) -> Task<> {
    const auto rule = co_await Created(o);
    domain::SimulatedLine sold{
        .id = domain::LineId::New(),
        .line = {SellerId::From(rule.seller_id()), {}, Money{2000, Currency::Parse("EUR")}},
        .placed_at = SystemClock().Now() - 1h,
        .earned_minor = 2000,
        .commission_minor = 200};
    o.sales.lines = {sold};
    api::payment::SimulateCommissionRuleRequest request;
    request.set_commission_rule_id(rule.id());
    request.set_days(30);
    RuleCall call("SimulateCommissionRule");
    const auto simulation = co_await o.api.SimulateCommissionRule(call.context, request);
    EXPECT_TRUE(simulation.complete());
    EXPECT_EQ(simulation.totals_size(), 1);
    EXPECT_EQ(simulation.totals(0).earned().amount(), 2000);
    EXPECT_EQ(simulation.totals(0).before().amount(), 200);
    EXPECT_EQ(simulation.totals(0).after().amount(), 100);
    EXPECT_EQ(simulation.totals(0).changed_lines(), 1);
    EXPECT_EQ(simulation.sellers(0).seller_id(), rule.seller_id());
    EXPECT_EQ(simulation.lines(0).line_id(), sold.id.ToString());
    EXPECT_EQ(simulation.lines(0).after().amount(), 100);
    request.set_commission_rule_id(Uuid::NewV7().ToString());
    EXPECT_EQ(co_await ReasonOf(o.api.SimulateCommissionRule(call.context, request)), "NOT_FOUND");
  });
}

TEST(CommissionRuleApi, WithdrawAndEnd) {
  WithRuleOperations([](RuleOperations& o) -> Task<> {
    RuleCall withdraw("WithdrawCommissionRule");
    api::payment::WithdrawCommissionRuleRequest given_up;
    given_up.set_commission_rule_id((co_await Created(o)).id());
    EXPECT_EQ((co_await o.api.WithdrawCommissionRule(withdraw.context, given_up)).state(), State::WITHDRAWN);
    const auto rule = co_await Published(o, (co_await Created(o)).id());
    RuleCall end("EndCommissionRule");
    api::payment::EndCommissionRuleRequest over;
    over.set_commission_rule_id(rule.id());
    *over.mutable_valid_until() = conversions::ToProto(SystemClock().Now() + 24h);
    EXPECT_EQ((co_await o.api.EndCommissionRule(end.context, over)).valid_until().seconds(),
              over.valid_until().seconds());
    *over.mutable_valid_until() = conversions::ToProto(SystemClock().Now() - 24h);
    EXPECT_EQ(co_await ReasonOf(o.api.EndCommissionRule(end.context, over)), "INVALID_ARGUMENT");
  });
}

}  // namespace
}  // namespace market::payment
