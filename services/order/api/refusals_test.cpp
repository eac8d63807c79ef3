#include "services/order/api/refusals.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace market::order {
namespace {

using domain::Failure;
using domain::FailureReason;

const auto kScarce = domain::OfferId::New();
const auto kGone = domain::OfferId::New();

api::order::PlaceOrderRequest OfTwoItems() {
  api::order::PlaceOrderRequest request;
  for (const auto& offer : {domain::OfferId::New(), kScarce}) {
    request.add_items()->set_offer_id(offer.ToString());
  }
  return request;
}

Failure Because(FailureReason reason) { return {.reason = reason, .shortages = {}, .decline_code = {}}; }

TEST(Refusal, OfAnOrderThatDidNotFail_IsABug) {
  EXPECT_THROW(Refusal(Because(FailureReason::kNone), OfTwoItems()), std::logic_error);
}

TEST(Refusal, OfTooLittleStock_NamesTheItemsAndWhatIsLeft) {
  auto why = Because(FailureReason::kOutOfStock);
  why.shortages = {{kScarce, 3}, {kGone, 0}};
  const auto error = Refusal(why, OfTwoItems());
  EXPECT_EQ(error.code, Code::kAborted);
  EXPECT_EQ(error.reason, "OUT_OF_STOCK");
  ASSERT_EQ(error.fields.size(), 2u);
  EXPECT_EQ(error.fields[0].field, "items[1].offerId");
  EXPECT_EQ(error.fields[0].detail, "3 left");
  EXPECT_EQ(error.fields[1].field, "items") << "none of this request";
  EXPECT_EQ(error.metadata.at(0), std::pair(kScarce.ToString(), std::string("3")));
  EXPECT_EQ(error.metadata.at(1), std::pair(kGone.ToString(), std::string("0")));

  why.reason = FailureReason::kOfferUnavailable;
  EXPECT_EQ(Refusal(why, OfTwoItems()).reason, "OFFER_UNAVAILABLE");
}

TEST(Refusal, OfADeclinedPayment_HasTheProvidersWord) {
  auto why = Because(FailureReason::kPaymentDeclined);
  why.decline_code = "insufficient_funds";
  const auto error = Refusal(why, OfTwoItems());
  EXPECT_EQ(error.code, Code::kFailedPrecondition);
  EXPECT_EQ(error.reason, "PAYMENT_DECLINED");
  EXPECT_EQ(error.metadata.at(0), std::pair(std::string("decline_code"), std::string("insufficient_funds")));
}

TEST(Refusal, OfAnUnknownMethod_NamesTheField) {
  const auto error = Refusal(Because(FailureReason::kUnknownPaymentMethod), OfTwoItems());
  EXPECT_EQ(error.code, Code::kInvalidArgument);
  EXPECT_EQ(error.fields.at(0).field, "paymentMethod");
}

TEST(Refusal, OfPeersThatNeverAnswered_SaysWhy) {
  const auto error = Refusal(Because(FailureReason::kUnavailable), OfTwoItems());
  EXPECT_EQ(error.reason, "ILLEGAL_TRANSITION");
  EXPECT_TRUE(error.message.ends_with("UNAVAILABLE"));
}

}  // namespace
}  // namespace market::order
