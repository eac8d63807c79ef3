#include "services/payment/domain/payment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "services/payment/domain/ledger.hpp"

namespace market::payment::domain {
namespace {

using Kind = Outcome::Kind;

constexpr Time kNow{std::chrono::microseconds(1'700'000'000'000'000)};
constexpr std::array kOperations = {Operation::kAuthorize, Operation::kCapture, Operation::kVoid,
                                    Operation::kRefund};
const auto kEur = Currency::Parse("EUR");

Payment APayment(std::int64_t first = 1000, std::int64_t second = 2000) {
  auto payment = MakePayment(
      OrderId::New(), AccountId::New(), Money{first + second, kEur}, "pm_card_visa",
      {{SellerOrderId::New(), SellerId::New(), first}, {SellerOrderId::New(), SellerId::New(), second}},
      kNow);
  payment.version = 1;
  return payment;
}

WantedRefund OfFirst(const Payment& payment, std::optional<std::int64_t> amount = std::nullopt) {
  return {.id = RefundId::New(),
          .seller_order = payment.splits[0].seller_order,
          .amount = amount ? std::optional(Money{*amount, kEur}) : std::nullopt,
          .reason = "why",
          .bound = amount ? Bound::kExactly : Bound::kAtMost};
}

Outcome An(Kind kind, std::string word = "") {
  if (kind == Kind::kDone) return {kind, word.empty() ? "auth_1" : word, {}};
  return {kind, {}, std::move(word)};
}

// Asks and hears; the attempt.
Attempt Hear(Payment& payment, Operation operation, const Outcome& outcome) {
  const auto attempt = NextAttempt(payment, operation, kNow);
  Learn(payment, attempt, outcome, kNow);
  return attempt;
}

void GiveBack(Payment& payment, const WantedRefund& refund, const Outcome& outcome = An(Kind::kDone)) {
  Promise(payment, refund, kNow);
  Learn(payment, *payment.Pending(), outcome, kNow);
}

// A payment in each state, with an attempt pending or without.
Payment In(State state, std::optional<Operation> pending = std::nullopt) {
  auto payment = APayment();
  const bool held = state == State::kAuthorized || state == State::kCaptured || state == State::kVoided ||
                    state == State::kCaptureFailed;
  if (held) Hear(payment, Operation::kAuthorize, An(Kind::kDone));
  if (state == State::kCaptured) Hear(payment, Operation::kCapture, An(Kind::kDone));
  if (state == State::kVoided) Hear(payment, Operation::kVoid, An(Kind::kDone));
  if (state == State::kCaptureFailed) Hear(payment, Operation::kCapture, An(Kind::kRefused, "hold_lost"));
  if (state == State::kDeclined) Hear(payment, Operation::kAuthorize, An(Kind::kDeclined, "generic_decline"));
  if (state == State::kUnknown) Hear(payment, Operation::kAuthorize, An(Kind::kUnknown));
  if (pending == Operation::kRefund) {
    Promise(payment, OfFirst(payment), kNow);
  } else if (pending) {
    Hear(payment, *pending, An(Kind::kUnknown));
  }
  EXPECT_EQ(payment.state, state);
  return payment;
}

std::string StepOrReason(const Payment& payment, const Goal& goal) {
  try {
    static constexpr std::array kNames = {"nothing", "send", "promise", "resolve", "settle"};
    return kNames.at(static_cast<std::size_t>(NextStep(payment, goal)));
  } catch (const Error& error) {
    return error.reason;
  }
}
std::string StepOrReason(const Payment& payment, Operation operation) {
  return StepOrReason(payment, {operation, OfFirst(payment)});
}

TEST(NextStep, OfEveryStateAndGoal) {
  struct Case {
    State state;
    std::optional<Operation> pending;
    std::array<std::string, 4> expected;  // authorize, capture, void, refund
  };
  const std::string refused = "ILLEGAL_TRANSITION";
  const std::array<Case, 11> cases = {{
      {State::kCreated, {}, {"send", refused, "settle", refused}},
      {State::kUnknown, {}, {"resolve", "resolve", "resolve", "resolve"}},
      {State::kAuthorized, {}, {"nothing", "send", "send", refused}},
      {State::kAuthorized, Operation::kCapture, {"nothing", "resolve", "resolve", "resolve"}},
      {State::kAuthorized, Operation::kVoid, {"nothing", "resolve", "resolve", "resolve"}},
      {State::kCaptured, {}, {"nothing", "nothing", "nothing", "promise"}},
      {State::kCaptured, Operation::kRefund, {"nothing", "nothing", "nothing", "resolve"}},
      {State::kCaptureFailed, {}, {"nothing", "nothing", "send", refused}},
      {State::kCaptureFailed, Operation::kVoid, {"nothing", "nothing", "resolve", "resolve"}},
      {State::kDeclined, {}, {"nothing", refused, "nothing", refused}},
      {State::kVoided, {}, {"nothing", "nothing", "nothing", refused}},
  }};
  for (const auto& c : cases) {
    const auto payment = In(c.state, c.pending);
    for (std::size_t i = 0; i < kOperations.size(); ++i) {
      EXPECT_EQ(StepOrReason(payment, kOperations[i]), c.expected[i])
          << Name(c.state) << ' ' << Name(kOperations[i]);
    }
  }
}

TEST(NextStep, OfAPaymentOfNothing_NeedsNoProvider) {
  auto payment = APayment(0, 0);
  EXPECT_EQ(StepOrReason(payment, Operation::kAuthorize), "settle");
  Settle(payment, {Operation::kAuthorize, {}}, kNow);
  EXPECT_EQ(payment.state, State::kAuthorized);
  auto undone = payment;
  EXPECT_EQ(StepOrReason(payment, Operation::kCapture), "settle");
  Settle(payment, {Operation::kCapture, {}}, kNow);
  EXPECT_EQ(payment.state, State::kCaptured);
  EXPECT_EQ(StepOrReason(payment, Operation::kRefund), "settle");
  Settle(payment, {Operation::kRefund, OfFirst(payment)}, kNow);
  EXPECT_EQ(payment.refunds.at(0).state, Progress::kSucceeded);
  EXPECT_EQ(EntryBetween(undone, payment), std::nullopt);

  EXPECT_EQ(StepOrReason(undone, Operation::kVoid), "settle");
  Settle(undone, {Operation::kVoid, {}}, kNow);
  EXPECT_EQ(undone.state, State::kVoided);
  EXPECT_FALSE(undone.undone_at) << "it was never to be held";
}

TEST(NextStep, OfAMethodNobodyHas_IsRefusedForEver) {
  auto payment = APayment();
  Hear(payment, Operation::kAuthorize, An(Kind::kRefused, std::string(kMethodUnknown)));
  EXPECT_EQ(payment.state, State::kDeclined);
  EXPECT_EQ(StepOrReason(payment, Operation::kAuthorize), "UNKNOWN_PAYMENT_METHOD");
  EXPECT_EQ(StepOrReason(payment, Operation::kVoid), "nothing");
}

TEST(Refunds, OfAPart_AreNeverMoreThanItsShare) {
  auto payment = In(State::kCaptured);
  const auto step = [&](const WantedRefund& refund) {
    return StepOrReason(payment, {Operation::kRefund, refund});
  };
  auto stranger = OfFirst(payment);
  stranger.seller_order = SellerOrderId::New();
  EXPECT_EQ(step(stranger), "NOT_FOUND");
  EXPECT_EQ(step(OfFirst(payment, 1001)), "REFUND_ABOVE_CAPTURED");
  auto dollars = OfFirst(payment, 1);
  dollars.amount->currency = Currency::Parse("USD");
  EXPECT_EQ(step(dollars), "MIXED_CURRENCIES");

  const auto some = OfFirst(payment, 300);
  GiveBack(payment, some);
  EXPECT_EQ(payment.refunded_minor, 300);
  EXPECT_EQ(step(some), "nothing");
  auto another = some;
  another.amount->minor = 301;
  EXPECT_EQ(step(another), "ALREADY_EXISTS");
  EXPECT_EQ(step(OfFirst(payment, 701)), "REFUND_ABOVE_CAPTURED");

  // What is promised is gone too; what was refused for good is there again.
  const auto refused = OfFirst(payment, 700);
  Promise(payment, refused, kNow);
  EXPECT_EQ(payment.LeftOf(payment.splits[0]), 0);
  Learn(payment, *payment.Pending(), An(Kind::kRefused, "charge_disputed"), kNow);
  EXPECT_EQ(payment.FindRefund(refused.id)->state, Progress::kFailed);
  EXPECT_EQ(step(refused), "nothing");
  GiveBack(payment, OfFirst(payment));
  EXPECT_EQ(payment.refunded_minor, 1000);
  EXPECT_EQ(payment.RefundedOf(payment.splits[0].seller_order), 1000);
  EXPECT_EQ(step(OfFirst(payment)), "settle") << "all that is left is nothing";
  auto all = OfFirst(payment);
  all.bound = Bound::kExactly;
  EXPECT_EQ(step(all), "REFUND_ABOVE_CAPTURED");
}

TEST(Refunds, OfAtMostSomething_TakeWhatIsLeft) {
  auto payment = In(State::kCaptured);
  const auto at_most = [&](std::int64_t amount) {
    auto refund = OfFirst(payment, amount);
    refund.bound = Bound::kAtMost;
    return refund;
  };
  const auto first = at_most(600);
  GiveBack(payment, first);
  const auto second = at_most(600);
  EXPECT_EQ(StepOrReason(payment, {Operation::kRefund, second}), "promise");
  GiveBack(payment, second);
  EXPECT_EQ(payment.FindRefund(second.id)->amount_minor, 400);
  EXPECT_EQ(StepOrReason(payment, {Operation::kRefund, second}), "nothing") << "a repetition";
  EXPECT_EQ(StepOrReason(payment, {Operation::kRefund, at_most(1)}), "settle");
  auto smaller = second;
  smaller.amount->minor = 399;
  EXPECT_EQ(StepOrReason(payment, {Operation::kRefund, smaller}), "ALREADY_EXISTS");
}

TEST(Refunds, WhoseAttemptFailed_AreTriedAgainUnderAnotherKey) {
  auto payment = In(State::kCaptured, Operation::kRefund);
  const auto id = payment.refunds[0].id;
  const auto first = ProviderKey(payment, *payment.Pending());
  Learn(payment, *payment.Pending(), An(Kind::kFailed, "provider_error"), kNow);
  EXPECT_EQ(payment.refunds[0].state, Progress::kPending) << "it is still promised";
  const WantedRefund again{
      .id = id, .seller_order = payment.splits[0].seller_order, .amount = {}, .reason = {}};
  EXPECT_EQ(StepOrReason(payment, {Operation::kRefund, again}), "promise");
  Promise(payment, again, kNow);
  EXPECT_EQ(payment.refunds.size(), 1U);
  EXPECT_NE(ProviderKey(payment, *payment.Pending()), first);
}

TEST(ProviderKey, IsMadeOfWhatTheAttemptIsAbout) {
  auto payment = In(State::kAuthorized);
  auto twin = payment;
  twin.id = PaymentId::New();
  const auto capture = NextAttempt(payment, Operation::kCapture, kNow);
  EXPECT_EQ(ProviderKey(payment, capture), ProviderKey(twin, capture)) << "whoever makes the row";
  std::set<Uuid> keys = {ProviderKey(payment, capture), ProviderKey(payment, payment.attempts[0])};
  auto second = capture;
  second.number = 2;
  keys.insert(ProviderKey(payment, second));
  twin.number = 2;
  keys.insert(ProviderKey(twin, capture));
  twin.order = OrderId::New();
  keys.insert(ProviderKey(twin, capture));
  EXPECT_EQ(keys.size(), 5U);
}

// A payment that came back from a backup gives numbers again.
TEST(ProviderKey, OfARefund_IsTheRefundsWhateverCameBefore) {
  auto payment = In(State::kCaptured);
  auto restored = payment;
  const auto refund = OfFirst(payment, 1);
  GiveBack(payment, OfFirst(payment, 2));
  Promise(payment, refund, kNow);
  Promise(restored, refund, kNow);
  EXPECT_NE(payment.Pending()->number, restored.Pending()->number);
  EXPECT_EQ(ProviderKey(payment, *payment.Pending()), ProviderKey(restored, *restored.Pending()));
}

TEST(References, NameTheRefundAndItsPart) {
  const Refund refund{
      .id = RefundId::New(), .seller_order = SellerOrderId::New(), .reason = {}, .created_at = {}};
  const auto read = ParseReference(ReferenceOf(refund));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->refund, refund.id);
  EXPECT_EQ(read->seller_order, refund.seller_order);
  for (const auto& other : {std::string(), std::string("by hand"), refund.id.ToString() + "/x"}) {
    EXPECT_FALSE(ParseReference(other)) << other;
  }
}

TEST(Learn, ChangesAmountsAndStates) {
  auto payment = In(State::kAuthorized);
  EXPECT_EQ(payment.authorized_minor, 3000);
  EXPECT_EQ(payment.authorization, "auth_1");
  Hear(payment, Operation::kCapture, An(Kind::kDone));
  EXPECT_EQ(payment.captured_minor, 3000);
  EXPECT_EQ(In(State::kVoided).authorized_minor, 0);
  const auto failed = In(State::kCaptureFailed);
  EXPECT_EQ(failed.failure_code, "hold_lost");
  EXPECT_EQ(failed.authorized_minor, 3000);
  EXPECT_EQ(failed.captured_minor, 0);
}

TEST(Learn, OfAnUnknownCharge_EndsOnlyByAsking) {
  auto payment = In(State::kUnknown);
  const auto attempt = *payment.Pending();
  EXPECT_TRUE(Learn(payment, attempt, An(Kind::kUnknown), kNow));
  EXPECT_TRUE(Learn(payment, attempt, An(Kind::kNotDone), kNow)) << "what was sent before may be under way";
  EXPECT_EQ(payment.asks, 3);
  EXPECT_EQ(payment.state, State::kUnknown);
  auto failed = payment;
  EXPECT_TRUE(Learn(failed, attempt, An(Kind::kFailed, "provider_error"), kNow));
  EXPECT_EQ(failed.state, State::kCreated);
  EXPECT_EQ(failed.asks, 0);
  EXPECT_EQ(failed.attempts[0].code, "provider_error");
  EXPECT_EQ(NextAttempt(failed, Operation::kAuthorize, kNow).number, 2);
  EXPECT_TRUE(Learn(payment, attempt, An(Kind::kDone, "auth_2"), kNow));
  EXPECT_EQ(payment.authorization, "auth_2");
}

TEST(Learn, WhatCertainlyDidNotHappen_LeavesNothing) {
  auto payment = APayment();
  EXPECT_FALSE(Learn(payment, NextAttempt(payment, Operation::kAuthorize, kNow), An(Kind::kNotDone), kNow));
  EXPECT_TRUE(payment.attempts.empty());
}

TEST(Learn, TheSameAnswerTwice_IsWrittenOnce) {
  for (const auto operation : {Operation::kCapture, Operation::kVoid}) {
    auto payment = In(State::kAuthorized);
    const auto mine = NextAttempt(payment, operation, kNow);
    const auto twins = mine;
    EXPECT_TRUE(Learn(payment, mine, An(Kind::kDone), kNow));
    EXPECT_FALSE(Learn(payment, twins, An(Kind::kDone), kNow));
    EXPECT_EQ(payment.attempts.size(), 2U);
  }
}

TEST(Learn, WhatAnotherDriverDidMeanwhile_Stands) {
  // A void that went through answers for the capture that nobody has heard of.
  auto payment = In(State::kAuthorized, Operation::kCapture);
  EXPECT_TRUE(Learn(payment, NextAttempt(payment, Operation::kVoid, kNow), An(Kind::kDone), kNow));
  EXPECT_EQ(payment.state, State::kVoided);
  EXPECT_EQ(payment.Pending(), nullptr);
  EXPECT_EQ(payment.FindAttempt(Operation::kCapture, 1)->code, kOvertaken);
  // And a refusal that comes late changes nothing.
  EXPECT_FALSE(Learn(
      payment, {.operation = Operation::kCapture, .number = 2, .refund = {}, .code = {}, .created_at = kNow},
      An(Kind::kRefused, "hold_lost"), kNow));
  // A question is open already: another one is not written beside it.
  auto open = In(State::kAuthorized, Operation::kCapture);
  EXPECT_FALSE(Learn(open, NextAttempt(open, Operation::kVoid, kNow), An(Kind::kUnknown), kNow));
  // The hold was lost because another driver voided it.
  auto failed = In(State::kCaptureFailed);
  EXPECT_TRUE(Learn(failed, NextAttempt(failed, Operation::kVoid, kNow), An(Kind::kDone), kNow));
  EXPECT_EQ(failed.state, State::kVoided);
}

TEST(Learn, WhatCanNotBe_IsNotWritten) {
  auto voided = In(State::kVoided);
  EXPECT_THROW(Learn(voided, NextAttempt(voided, Operation::kCapture, kNow), An(Kind::kDone), kNow),
               std::logic_error);
  auto captured = In(State::kCaptured);
  EXPECT_THROW(Learn(captured, NextAttempt(captured, Operation::kVoid, kNow), An(Kind::kDone), kNow),
               std::logic_error);
}

TEST(Undone, AcceptsNoLateCharge) {
  const auto order = OrderId::New();
  auto undone = MakeUndone(order, 1, kNow);
  EXPECT_FALSE(undone.HasTerms());
  EXPECT_EQ(StepOrReason(undone, {Operation::kAuthorize, {}}), "nothing");
  EXPECT_EQ(StepOrReason(undone, {Operation::kVoid, {}}), "nothing");
  Attempt late;
  late.created_at = kNow;
  EXPECT_TRUE(IsStray(undone, late, An(Kind::kDone)));
  EXPECT_FALSE(IsStray(undone, late, An(Kind::kDeclined)));
  EXPECT_FALSE(Learn(undone, late, An(Kind::kDeclined), kNow));
  LearnGivenUp(undone, late, "auth_1", kNow);
  EXPECT_EQ(undone.state, State::kVoided);
  EXPECT_EQ(undone.attempts.size(), 2U);
  EXPECT_FALSE(IsStray(undone, late, An(Kind::kDone))) << "that one is given up";
  EXPECT_TRUE(IsLookedFor(undone, kNow + kUnderWayMax));
  EXPECT_FALSE(IsLookedFor(undone, kNow + kUnderWayMax + std::chrono::seconds(1)));

  // One that is between two attempts is undone the same way.
  auto between = APayment();
  Hear(between, Operation::kAuthorize, An(Kind::kFailed, "provider_error"));
  Settle(between, {Operation::kVoid, {}}, kNow);
  EXPECT_TRUE(IsLookedFor(between, kNow));
  LearnGivenUp(between, between.attempts[0], "auth_1", kNow);
  EXPECT_EQ(between.attempts[0].state, Progress::kSucceeded);

  const auto held = In(State::kAuthorized);
  EXPECT_FALSE(IsStray(held, held.attempts[0], An(Kind::kDone)));
  EXPECT_TRUE(IsStray(held, held.attempts[0], An(Kind::kDone, "auth_2")));
}

TEST(Ledger, EntriesBalanceAndMirror) {
  const auto authorized = In(State::kAuthorized);
  auto captured = authorized;
  Hear(captured, Operation::kCapture, An(Kind::kDone));
  auto refunded = captured;
  GiveBack(refunded, OfFirst(refunded));
  EXPECT_EQ(EntryBetween(captured, captured), std::nullopt);
  const auto capture = EntryBetween(authorized, captured);
  const auto refund = EntryBetween(captured, refunded);
  ASSERT_TRUE(capture && refund);
  EXPECT_EQ(capture->cause, LedgerCause::kCapture);
  EXPECT_EQ(capture->cause_id, captured.id.Value());
  EXPECT_EQ(refund->cause_id, refunded.refunds[0].id.Value());
  for (const auto& entry : {*capture, *refund}) {
    std::int64_t sum = 0;
    for (const auto& posting : entry.postings) sum += posting.amount_minor;
    EXPECT_EQ(sum, 0) << Name(entry.cause);
  }
  EXPECT_EQ(capture->postings[0].account, LedgerAccount::kPspClearing);
  EXPECT_EQ(capture->postings[0].amount_minor, 3000);
  EXPECT_EQ(refund->postings[0].account, LedgerAccount::kOrderEscrow);
  EXPECT_EQ(refund->postings[0].amount_minor, 1000);
  EXPECT_THROW(EntryBetween(authorized, refunded), std::logic_error);
}

TEST(MakePayment, RefusesPartsThatAreNotTheWhole) {
  const Split part{SellerOrderId::New(), SellerId::New(), 1000};
  EXPECT_THROW(MakePayment(OrderId::New(), AccountId::New(), {1001, kEur}, "m", {part}, kNow), Error);
  EXPECT_THROW(MakePayment(OrderId::New(), AccountId::New(), {2000, kEur}, "m", {part, part}, kNow), Error);
  EXPECT_NO_THROW(MakePayment(OrderId::New(), AccountId::New(), {1000, kEur}, "m", {part}, kNow));
}

}  // namespace
}  // namespace market::payment::domain
