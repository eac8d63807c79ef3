#include "services/order/domain/order.hpp"

#include <gtest/gtest.h>

#include "platform/core/error.hpp"
#include "services/order/domain/event.hpp"

namespace market::order::domain {
namespace {

Order Of(std::initializer_list<State> states) {
  Order order;
  for (const State state : states) order.parts.emplace_back().state = state;
  return order;
}

TEST(Order, OnePartThatMayNotMove_HoldsAllBack) {
  try {
    Of({State::kPendingPayment, State::kFailed}).RequireMove(State::kPlaced);
    FAIL() << "moved";
  } catch (const Error& error) {
    EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
    EXPECT_EQ(error.metadata.at(0).second, "FAILED");
  }
  EXPECT_NO_THROW(Of({State::kPendingPayment, State::kPendingPayment}).RequireMove(State::kPlaced));
}

TEST(Order, WithoutParts_HasNoState) { EXPECT_THROW(Order().CurrentState(), std::invalid_argument); }

TEST(Order, IsWhatItsLivingPartsAre) {
  EXPECT_EQ(Of({State::kCancelled, State::kShipped}).CurrentState(), State::kShipped);
  EXPECT_EQ(Of({State::kPlaced, State::kShipped}).CurrentState(), State::kPlaced);
}

template <class Enum>
void ExpectWords(std::initializer_list<std::string_view> words) {
  std::uint8_t value = 0;
  for (const auto word : words) {
    Enum read{};
    FromText(word, read);
    EXPECT_EQ(read, static_cast<Enum>(value++));
    EXPECT_EQ(Name(read), word);
  }
  Enum read{};
  EXPECT_THROW(FromText("BAD_LUCK", read), std::invalid_argument);
  EXPECT_THROW(FromText("Buyer", read), std::invalid_argument);
  EXPECT_THROW((void)Name(static_cast<Enum>(value)), std::out_of_range);
}

// As the contract has them: what is stored and what is answered.
TEST(Words, AreTheContracts) {
  ExpectWords<FailureReason>({"", "OUT_OF_STOCK", "OFFER_UNAVAILABLE", "PAYMENT_DECLINED",
                              "UNKNOWN_PAYMENT_METHOD", "UNAVAILABLE", "CANCELLED_BY_BUYER",
                              "CANCELLED_BY_OPERATOR", "PAYMENT_FAILED"});
  ExpectWords<PaymentState>({"CREATED", "AUTHORIZED", "CAPTURED", "DECLINED", "VOIDED", "UNKNOWN",
                             "CAPTURE_FAILED", "REQUIRES_ACTION"});
  ExpectWords<ActorRole>({"buyer", "seller", "operator", "system"});
}

}  // namespace
}  // namespace market::order::domain
