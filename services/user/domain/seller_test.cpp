#include "services/user/domain/seller.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "platform/core/error.hpp"

namespace market::user::domain {
namespace {

using enum SellerState;
using enum SellerAct;

TEST(Seller, Acts_FollowTheTable) {
  const auto from = [](SellerAct act) {
    std::string states;
    for (const auto state : {kPending, kActive, kSuspended, kClosed}) {
      if (MayDo(act, state)) states += std::string(Name(state)) + " ";
    }
    return states;
  };
  EXPECT_EQ(from(kApprove), "PENDING ACTIVE ");
  EXPECT_EQ(from(kSuspend), "ACTIVE SUSPENDED ");
  EXPECT_EQ(from(kReinstate), "ACTIVE SUSPENDED ");
  EXPECT_EQ(from(kClose), "PENDING ACTIVE SUSPENDED CLOSED ");
  EXPECT_EQ(Target(kApprove), kActive);
  EXPECT_EQ(Target(kSuspend), kSuspended);
  EXPECT_EQ(Target(kReinstate), kActive);
  EXPECT_EQ(Target(kClose), kClosed);
}

TEST(Seller, NamesOfStates_RoundTrip) {
  for (const auto state : {kPending, kActive, kSuspended, kClosed}) {
    EXPECT_EQ(kSellerStates.Find(Name(state)), state);
  }
  SellerState state{};
  for (const auto* other : {"", "active", "GONE"}) {
    EXPECT_THROW(FromText(other, state), std::invalid_argument) << other;
  }
}

TEST(Seller, FirstState_IsTheMarketplacesChoice) {
  EXPECT_EQ(InitialState(Approval::kAutomatic), kActive);
  EXPECT_EQ(InitialState(Approval::kByOperator), kPending);
}

std::string Refused(SellerChange change) {
  try {
    Settle(change);
  } catch (const Error& error) {
    return error.fields.at(0).field + " " + error.fields.at(0).reason;
  }
  return "";
}

TEST(Seller, ATrader_IsWholeOrNotThere) {
  const Trader good{.legal_name = "Engines Ltd",
                    .lines = {"1 Street"},
                    .city = "London",
                    .postal_code = "SW1Y4JH",
                    .country_code = "GB"};
  SellerChange change{.trader = good};
  Settle(change);
  EXPECT_EQ(change.trader->postal_code, "SW1Y 4JH");
  EXPECT_EQ(Refused({.trader = Trader()}), "") << "nothing is known any more";
  auto trader = good;
  trader.legal_name.clear();
  EXPECT_EQ(Refused({.trader = trader}), "seller.trader.legalName REQUIRED");
  trader = good;
  trader.lines.clear();
  EXPECT_EQ(Refused({.trader = trader}), "seller.trader.lines REQUIRED");
  trader = good;
  trader.country_code = "XX";
  EXPECT_EQ(Refused({.trader = trader}), "seller.trader.countryCode UNKNOWN_COUNTRY");
  trader = good;
  trader.city.clear();
  EXPECT_EQ(Refused({.trader = trader}), "seller.trader.city REQUIRED");
  trader = good;
  trader.postal_code = "nowhere";
  EXPECT_EQ(Refused({.trader = trader}), "seller.trader.postalCode INVALID_POSTAL_CODE");
  EXPECT_EQ(Refused({.display_name = ""}), "seller.displayName REQUIRED");
}

TEST(Seller, AChange_ChangesWhatItNames) {
  Presentation presentation;
  presentation.display_name = "Engines";
  presentation.description = "Brass";
  const auto changed = Changed(presentation, {.description = "", .logo = "https://x.test/l"});
  EXPECT_EQ(changed.display_name, "Engines");
  EXPECT_EQ(changed.description, "");
  EXPECT_EQ(changed.logo, "https://x.test/l");
}

}  // namespace
}  // namespace market::user::domain
