#include "services/order/api/refusals.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::order {
namespace {

using domain::Failure;
using domain::FailureReason;

const auto kScarce = domain::OfferId::New();
const auto kGone = domain::OfferId::New();

RequestedItems OfTwoItems() {
  RequestedItems items;
  for (const auto& offer : {domain::OfferId::New(), kScarce}) {
    auto& item = *items.Add();
    item.set_offer_id(offer.ToString());
    item.set_quantity(5);
  }
  return items;
}

Failure Because(FailureReason reason) { return {.reason = reason, .shortages = {}, .decline_code = {}}; }
domain::Order Failed(Failure why) {
  domain::Order order;
  order.id = domain::OrderId::New();
  order.parts.emplace_back().state = domain::State::kFailed;
  order.failure = std::move(why);
  return order;
}

TEST(Refusal, OfAnOrderThatDidNotFail_IsABug) {
  EXPECT_THROW(Refusal(Failed(Because(FailureReason::kNone)), OfTwoItems()), std::logic_error);
}

TEST(Refusal, OfTooLittleStock_NamesTheItemsAndWhatIsLeft) {
  auto why = Because(FailureReason::kOutOfStock);
  why.shortages = {{kScarce, 3}, {kGone, 0}};
  const auto error = Refusal(Failed(why), OfTwoItems());
  EXPECT_EQ(error.code, Code::kAborted);
  EXPECT_EQ(error.reason, "OUT_OF_STOCK");
  ASSERT_EQ(error.fields.size(), 2u);
  EXPECT_EQ(error.fields[0].field, "items[1].offerId");
  EXPECT_EQ(error.fields[0].detail, "3 left");
  EXPECT_EQ(error.fields[1].field, "items") << "none of this request";
  EXPECT_EQ(error.metadata.at(0).first, "lines");
  EXPECT_EQ(error.metadata.at(0).second,
            R"([{"field":"items[1].offerId","offerId":")" + kScarce.ToString() +
                R"(","requested":5,"available":3},{"field":"items","offerId":")" + kGone.ToString() +
                R"(","requested":0,"available":0}])");

  const auto sold_out = SoldOutRefusal(why.shortages, OfTwoItems());
  EXPECT_EQ(sold_out.code, error.code);
  EXPECT_EQ(sold_out.metadata, error.metadata);

  why.reason = FailureReason::kOfferUnavailable;
  EXPECT_EQ(Refusal(Failed(why), OfTwoItems()).reason, "OFFER_UNAVAILABLE");
}

TEST(Refusal, OfADeclinedPayment_HasTheProvidersWord) {
  auto why = Because(FailureReason::kPaymentDeclined);
  why.decline_code = "insufficient_funds";
  const auto error = Refusal(Failed(why), OfTwoItems());
  EXPECT_EQ(error.code, Code::kFailedPrecondition);
  EXPECT_EQ(error.reason, "PAYMENT_DECLINED");
  EXPECT_EQ(error.metadata.at(0), std::pair(std::string("declineCode"), std::string("insufficient_funds")));
}

// The same while it waits and afterwards.
TEST(Refusal, OfAnOrderThatIsKept_SaysWhichAndHowLong) {
  using namespace std::chrono_literals;
  auto order = Failed({});
  const Time now{std::chrono::sys_days{2026y / 11 / 24} + 10h};
  for (const std::string code : {"insufficient_funds", "payment_method_unknown"}) {
    order.parts[0].state = domain::State::kPendingPayment;
    order.failure = {};
    order.Wait({.reason = FailureReason::kPaymentDeclined, .shortages = {}, .decline_code = code},
               now + 10min, now);
    EXPECT_TRUE(order.WaitsForBuyer());
    const auto waiting = Refusal(order, {});
    EXPECT_EQ(waiting.reason, code == "insufficient_funds" ? "PAYMENT_DECLINED" : "UNKNOWN_PAYMENT_METHOD");
    EXPECT_EQ(waiting.metadata.at(0), std::pair(std::string("orderId"), order.id.ToString()));
    EXPECT_EQ(waiting.metadata.at(1),
              std::pair(std::string("payUntil"), std::string("2026-11-24T10:10:00Z")));
    order.failure = order.Decline();
    order.parts[0].state = domain::State::kFailed;
    const auto failed = Refusal(order, {});
    EXPECT_EQ(failed.message, waiting.message);
    EXPECT_EQ(failed.metadata, waiting.metadata);
  }
}

TEST(Refusal, OfAnUnknownMethod_NamesTheField) {
  const auto error = Refusal(Failed(Because(FailureReason::kUnknownPaymentMethod)), OfTwoItems());
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  EXPECT_EQ(error.fields.at(0).field, "paymentMethod");
}

TEST(Refusal, OfPeersThatNeverAnswered_SaysWhy) {
  const auto error = Refusal(Failed(Because(FailureReason::kUnavailable)), OfTwoItems());
  EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
  EXPECT_TRUE(error.message.ends_with("UNAVAILABLE"));
}

}  // namespace
}  // namespace market::order
