#include "services/notification/domain/kind.hpp"

#include <gtest/gtest.h>

namespace market::notification::domain {
namespace {

TEST(Kind, WithAToken_IsByMailInAnyCase) {
  int tokens = 0;
  for (const auto word : kKinds.words) {
    const auto kind = kKinds.Require(word);
    if (!HasToken(kind)) continue;
    EXPECT_TRUE(MailIsRequired(kind)) << word;
    ++tokens;
  }
  EXPECT_EQ(tokens, 6);
}

TEST(Kind, OfWhatIsOnItsWay_NeedsNoMail) {
  EXPECT_FALSE(MailIsRequired(Kind::kParcelShipped));
  EXPECT_FALSE(MailIsRequired(Kind::kMessageReceived));
  EXPECT_FALSE(MailIsRequired(Kind::kLowStock));
  EXPECT_FALSE(MailIsRequired(Kind::kWishPriceFell));
  EXPECT_FALSE(MailIsRequired(Kind::kWishBackInStock));
  EXPECT_FALSE(MailIsRequired(Kind::kInvoiceIssued));
  EXPECT_FALSE(MailIsRequired(Kind::kPayoutPaid));
  EXPECT_TRUE(MailIsRequired(Kind::kPayoutFailed)) << "their money waits";
  EXPECT_TRUE(MailIsRequired(Kind::kDisputeOpened)) << "the bank does not wait";
  EXPECT_TRUE(MailIsRequired(Kind::kDisputeEnded)) << "what was lost";
  EXPECT_TRUE(MailIsRequired(Kind::kShopFined)) << "it costs them";
  EXPECT_TRUE(MailIsRequired(Kind::kOfferDetached));
  EXPECT_FALSE(MailIsRequired(Kind::kProductApproved));
  EXPECT_TRUE(MailIsRequired(Kind::kProductTakenDown));
  EXPECT_FALSE(MailIsRequired(Kind::kReturnSent));
  EXPECT_TRUE(MailIsRequired(Kind::kReturnApproved)) << "it is to be sent in time";
  EXPECT_TRUE(MailIsRequired(Kind::kReturnClosed));
  EXPECT_TRUE(MailIsRequired(Kind::kOrderPlaced));
  EXPECT_TRUE(MailIsRequired(Kind::kNewDevice));
}

}  // namespace
}  // namespace market::notification::domain
