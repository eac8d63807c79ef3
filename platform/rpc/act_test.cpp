#include "platform/rpc/act.hpp"

#include <gtest/gtest.h>

#include "marketplace/probe/v1/probe.market.hpp"

namespace market::rpc {
namespace {

constexpr std::chrono::seconds kActLimit{5};

class ActOfTest : public ::testing::Test {
 protected:
  audit::Act Of(identity::Bearer bearer, Reach reach) {
    CallContext call(runtime::After(kActLimit));
    CallContextBuilder(call)
        .Caller({.account = account_, .session = session_, .bearer = bearer})
        .Method(api::ProbeMethods().Find("ReadAll"))
        .Reach(std::move(reach))
        .ClientAddress("198.51.100.7")
        .RequestId("req-1");
    return ActOf(call, "a complaint");
  }

  const AccountId account_ = AccountId::New();
  const Uuid session_ = Uuid::NewV7();
};

TEST_F(ActOfTest, SaysWho_ByWhatRight_InWhichCall_FromWhere) {
  const auto act = Of(identity::Bearer::kPerson, {.everything = true, .sellers = {}});
  EXPECT_EQ(act.account, account_);
  EXPECT_EQ(act.actor, "operator");
  EXPECT_EQ(act.api_key, std::nullopt);
  EXPECT_EQ(act.service, "probe");
  EXPECT_EQ(act.permission, "ledger.read");
  EXPECT_EQ(act.method, "marketplace.probe.v1.ProbeService/ReadAll");
  EXPECT_EQ(act.address, "198.51.100.7");
  EXPECT_EQ(act.request_id, "req-1");
  EXPECT_EQ(act.reason, "a complaint");
  EXPECT_EQ(Of(identity::Bearer::kPerson, {.everything = false, .sellers = {SellerId::New()}}).actor,
            "member");
}

TEST_F(ActOfTest, AnApiKey_IsNamed_BesideTheAccountThatMadeIt) {
  const auto act = Of(identity::Bearer::kApiKey, {.everything = true, .sellers = {}});
  EXPECT_EQ(act.account, account_);
  EXPECT_EQ(act.actor, "api_key");
  EXPECT_EQ(act.api_key, session_);
}

}  // namespace
}  // namespace market::rpc
