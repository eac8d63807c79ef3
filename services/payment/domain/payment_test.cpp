#include "services/payment/domain/payment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>

#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {
namespace {

constexpr Time kNow{std::chrono::microseconds(1'700'000'000'000'000)};
constexpr std::array kOperations = {Operation::kAuthorize, Operation::kCapture, Operation::kVoid,
                                    Operation::kRefund};

Payment APayment() {
  return MakePayment(
      OrderId::New(), AccountId::New(), Money{3000, Currency::Parse("EUR")}, "pm_card_visa",
      {{SellerOrderId::New(), SellerId::New(), 1000}, {SellerOrderId::New(), SellerId::New(), 2000}}, kNow);
}

Goal GoalOf(Operation operation, const Payment& payment) {
  return {operation, operation == Operation::kRefund ? payment.splits[0].seller_order : SellerOrderId(),
          "why"};
}

void Do(Payment& payment, Operation operation) {
  Begin(payment, GoalOf(operation, payment), kNow);
  Succeed(payment, "auth_1", kNow);
}

// A payment in each state, with an attempt pending or without.
Payment In(State state, std::optional<Operation> pending = std::nullopt) {
  auto payment = APayment();
  if (state == State::kAuthorized || state == State::kCaptured || state == State::kVoided) {
    Do(payment, Operation::kAuthorize);
  }
  if (state == State::kCaptured) Do(payment, Operation::kCapture);
  if (state == State::kVoided) Do(payment, Operation::kVoid);
  if (state == State::kDeclined) {
    Begin(payment, {}, kNow);
    Decline(payment, "generic_decline", kNow);
  }
  if (state == State::kUnknown) {
    Begin(payment, {}, kNow);
    StayPending(payment, kNow);
  } else if (pending) {
    Begin(payment, GoalOf(*pending, payment), kNow);
  }
  EXPECT_EQ(payment.state, state);
  return payment;
}

std::string StepOrReason(const Payment& payment, Operation operation) {
  try {
    static constexpr std::array kNames = {"nothing", "attempt", "resolve", "close"};
    return kNames.at(static_cast<std::size_t>(NextStep(payment, GoalOf(operation, payment))));
  } catch (const Error& error) {
    return error.reason;
  }
}

TEST(NextStep, OfEveryStateAndGoal) {
  struct Case {
    State state;
    std::optional<Operation> pending;
    std::array<std::string, 4> expected;  // authorize, capture, void, refund
  };
  const std::string refused = "ILLEGAL_TRANSITION";
  const std::array<Case, 10> cases = {{
      {State::kCreated, {}, {"attempt", refused, "close", refused}},
      {State::kCreated, Operation::kAuthorize, {"resolve", "resolve", "resolve", "resolve"}},
      {State::kUnknown, {}, {"resolve", "resolve", "resolve", "resolve"}},
      {State::kAuthorized, {}, {"nothing", "attempt", "attempt", refused}},
      {State::kAuthorized, Operation::kCapture, {"nothing", "resolve", "resolve", "resolve"}},
      {State::kAuthorized, Operation::kVoid, {"nothing", "resolve", "resolve", "resolve"}},
      {State::kCaptured, {}, {"nothing", "nothing", "nothing", "attempt"}},
      {State::kCaptured, Operation::kRefund, {"nothing", "nothing", "nothing", "resolve"}},
      {State::kDeclined, {}, {"nothing", refused, "nothing", refused}},
      {State::kVoided, {}, {"nothing", refused, "nothing", refused}},
  }};
  for (const auto& c : cases) {
    const auto payment = In(c.state, c.pending);
    for (std::size_t i = 0; i < kOperations.size(); ++i) {
      EXPECT_EQ(StepOrReason(payment, kOperations[i]), c.expected[i])
          << Name(c.state) << ' ' << Name(kOperations[i]);
    }
  }
}

TEST(NextStep, OfARefund_KnowsItsPartAndItsBound) {
  auto payment = In(State::kCaptured);
  EXPECT_THROW(NextStep(payment, {Operation::kRefund, SellerOrderId::New(), ""}), Error);
  Do(payment, Operation::kRefund);
  EXPECT_EQ(StepOrReason(payment, Operation::kRefund), "nothing");
  payment.refunded_minor = 1001;
  payment.refunds.clear();
  payment.splits[0].amount_minor = 2000;
  EXPECT_EQ(StepOrReason(payment, Operation::kRefund), "REFUND_ABOVE_CAPTURED");
}

TEST(NextStep, OfAMethodNobodyHas_IsRefusedForEver) {
  auto payment = APayment();
  Begin(payment, {}, kNow);
  Decline(payment, std::string(kMethodUnknown), kNow);
  EXPECT_EQ(StepOrReason(payment, Operation::kAuthorize), "UNKNOWN_PAYMENT_METHOD");
  EXPECT_EQ(StepOrReason(payment, Operation::kVoid), "nothing");
}

TEST(Results, ChangeAmountsAndStates) {
  auto payment = APayment();
  Do(payment, Operation::kAuthorize);
  EXPECT_EQ(payment.authorized_minor, 3000);
  EXPECT_EQ(payment.authorization, "auth_1");
  EXPECT_EQ(EntryOf(payment, payment.attempts.back()), std::nullopt);
  Do(payment, Operation::kCapture);
  EXPECT_EQ(payment.captured_minor, 3000);
  Do(payment, Operation::kRefund);
  EXPECT_EQ(payment.refunded_minor, 1000);
  EXPECT_EQ(payment.state, State::kCaptured);

  auto voided = In(State::kVoided);
  EXPECT_EQ(voided.authorized_minor, 0);
}

TEST(Results, OfAnUnknownCharge_EndOnlyByAsking) {
  auto payment = In(State::kUnknown);
  StayPending(payment, kNow);
  EXPECT_EQ(payment.asks, 2);
  auto failed = payment;
  Fail(failed, "provider_error", kNow);
  EXPECT_EQ(failed.state, State::kCreated);
  EXPECT_EQ(failed.asks, 0);
  EXPECT_EQ(failed.attempts[0].code, "provider_error");
  Begin(failed, {}, kNow);
  EXPECT_EQ(failed.attempts[1].number, 2);
  EXPECT_NE(ProviderKey(failed.id, failed.attempts[0]), ProviderKey(failed.id, failed.attempts[1]));

  Succeed(payment, "auth_2", kNow);
  EXPECT_EQ(payment.state, State::kAuthorized);
  EXPECT_THROW(Succeed(payment, "auth_2", kNow), std::logic_error);
}

TEST(Refund, OfAnotherPart_HasAnotherKeyUnderTheSameNumber) {
  const auto payment = In(State::kCaptured, Operation::kRefund);
  auto other = payment.attempts.back();
  other.seller_order = payment.splits[1].seller_order;
  EXPECT_NE(ProviderKey(payment.id, payment.attempts.back()), ProviderKey(payment.id, other));
}

TEST(Refund, ThatFailed_MayBeTriedAgain) {
  auto payment = In(State::kCaptured, Operation::kRefund);
  Fail(payment, "provider_error", kNow);
  EXPECT_EQ(payment.FindRefund(payment.splits[0].seller_order)->state, Progress::kFailed);
  EXPECT_EQ(payment.refunded_minor, 0);
  EXPECT_EQ(StepOrReason(payment, Operation::kRefund), "attempt");
  Do(payment, Operation::kRefund);
  EXPECT_EQ(payment.refunds.size(), 1u);
  EXPECT_EQ(payment.refunded_minor, 1000);
}

TEST(Ledger, EntriesBalanceAndMirror) {
  auto payment = In(State::kCaptured);
  const auto capture = EntryOf(payment, payment.attempts.back());
  Do(payment, Operation::kRefund);
  const auto refund = EntryOf(payment, payment.attempts.back());
  ASSERT_TRUE(capture && refund);
  EXPECT_EQ(capture->source_id, payment.id.Value());
  EXPECT_EQ(refund->source_id, payment.splits[0].seller_order.Value());
  for (const auto& entry : {*capture, *refund}) {
    std::int64_t sum = 0;
    for (const auto& posting : entry.postings) sum += posting.amount_minor;
    EXPECT_EQ(sum, 0) << Name(entry.kind);
  }
  EXPECT_EQ(capture->postings[0].account, LedgerAccount::kPspClearing);
  EXPECT_EQ(capture->postings[0].amount_minor, 3000);
  EXPECT_EQ(refund->postings[0].account, LedgerAccount::kOrderEscrow);
  EXPECT_EQ(refund->postings[0].amount_minor, 1000);
}

TEST(MakePayment, RefusesPartsThatAreNotTheWhole) {
  const auto eur = Currency::Parse("EUR");
  const Split part{SellerOrderId::New(), SellerId::New(), 1000};
  EXPECT_THROW(MakePayment(OrderId::New(), AccountId::New(), {1001, eur}, "m", {part}, kNow), Error);
  EXPECT_THROW(MakePayment(OrderId::New(), AccountId::New(), {2000, eur}, "m", {part, part}, kNow), Error);
  EXPECT_NO_THROW(MakePayment(OrderId::New(), AccountId::New(), {1000, eur}, "m", {part}, kNow));
  EXPECT_TRUE(MakeTombstone(OrderId::New(), kNow).IsTombstone());
}

}  // namespace
}  // namespace market::payment::domain
