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
  EXPECT_EQ(error.metadata.at(0).first, "lines");
  EXPECT_EQ(error.metadata.at(0).second,
            R"([{"field":"items[1].offerId","offerId":")" + kScarce.ToString() +
                R"(","requested":5,"available":3},{"field":"items","offerId":")" + kGone.ToString() +
                R"(","requested":0,"available":0}])");

  why.reason = FailureReason::kOfferUnavailable;
  EXPECT_EQ(Refusal(why, OfTwoItems()).reason, "OFFER_UNAVAILABLE");
}

TEST(Refusal, OfADeclinedPayment_HasTheProvidersWord) {
  auto why = Because(FailureReason::kPaymentDeclined);
  why.decline_code = "insufficient_funds";
  const auto error = Refusal(why, OfTwoItems());
  EXPECT_EQ(error.code, Code::kFailedPrecondition);
  EXPECT_EQ(error.reason, "PAYMENT_DECLINED");
  EXPECT_EQ(error.metadata.at(0), std::pair(std::string("declineCode"), std::string("insufficient_funds")));
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
