#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <stdexcept>
#include <string>

#include "services/payment/provider/stripe_objects.hpp"

namespace market::payment::provider {
namespace {

boost::json::object ADispute(const std::string& status, const std::string& currency = "eur") {
  return {{"id", "du_1"},
          {"object", "dispute"},
          {"amount", 500},
          {"currency", currency},
          {"payment_intent", "pi_1"},
          {"reason", "fraudulent"},
          {"status", status},
          {"evidence_details", {{"due_by", 1'700'000'000}}}};
}

TEST(Stripe_Disputes, AreReadAsFarAsTheyAre) {
  using enum ToldDispute::State;
  for (const auto& [status, state] :
       {std::pair("needs_response", kOpen), std::pair("under_review", kEvidence), std::pair("won", kWon),
        std::pair("lost", kLost)}) {
    const auto told = DisputeIn(ADispute(status)).value();
    EXPECT_EQ(told.state, state) << status;
    EXPECT_EQ(told.id, "du_1");
    EXPECT_EQ(told.charge, "pi_1");
    EXPECT_EQ(told.amount, (Money{500, Currency::Parse("EUR")}));
    EXPECT_EQ(told.reason, "fraudulent");
    EXPECT_EQ(told.evidence_due, Time(std::chrono::seconds(1'700'000'000)));
  }
}

TEST(Stripe_Disputes, WhatTookNoMoney_IsNone) {
  for (const auto* status : {"warning_needs_response", "warning_under_review", "warning_closed", "prevented"})
    EXPECT_FALSE(DisputeIn(ADispute(status)).has_value()) << status;
  EXPECT_FALSE(DisputeIn(ADispute("won", "zzz")).has_value());
  EXPECT_THROW(DisputeIn(ADispute("something_new")), std::exception);
  EXPECT_THROW(DisputeIn({}), std::exception);
}

}  // namespace
}  // namespace market::payment::provider
