#include "services/order/domain/carrier.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace market::order::domain {
namespace {

TEST(TrackingUrl, OfACarrierHoweverItIsWritten_IsItsPage) {
  const std::string royal = "https://www.royalmail.com/track-your-item#/tracking-results/RM1";
  for (const auto* name : {"Royal Mail", "royal mail", "ROYALMAIL", "Royal-Mail", " royal  mail."}) {
    EXPECT_EQ(TrackingUrl(name, "RM1"), royal) << name;
  }
  for (const auto* name : {"СДЭК", "сдэк", "Cdek", "CDEK"}) {
    EXPECT_EQ(TrackingUrl(name, "1"), "https://www.cdek.ru/ru/tracking?order_id=1") << name;
  }
  for (const auto* name : {"Почта России", "ПОЧТА РОССИИ", "почта россии", "Russian Post"}) {
    EXPECT_EQ(TrackingUrl(name, "1"), "https://www.pochta.ru/tracking?barcode=1") << name;
  }
}

TEST(TrackingUrl, OfEveryCarrierThatWeKnow_BeginsAPageAndEndsWithTheNumber) {
  for (const auto* name :
       {"DHL",    "UPS",         "FedEx",          "DPD",        "GLS",    "Royal Mail",    "Evri",
        "Hermes", "La Poste",    "Colissimo",      "Chronopost", "PostNL", "Deutsche Post", "Poczta Polska",
        "InPost", "Correos",     "Poste Italiane", "PostNord",   "bpost",  "Austrian Post", "USPS",
        "CDEK",   "Russian Post"}) {
    const auto url = TrackingUrl(name, "N1");
    ASSERT_TRUE(url) << name;
    EXPECT_TRUE(url->starts_with("https://")) << *url;
    EXPECT_TRUE(url->ends_with("N1")) << *url;
  }
}

// What a shop writes never gets out of the number.
TEST(TrackingUrl, TheNumber_IsEncoded) {
  EXPECT_EQ(TrackingUrl("UPS", "1Z 9&a=b#c/é"),
            "https://www.ups.com/track?tracknum=1Z%209%26a%3Db%23c%2F%C3%A9");
  EXPECT_EQ(TrackingUrl("UPS", "a-Z_0.9~"), "https://www.ups.com/track?tracknum=a-Z_0.9~");
}

TEST(TrackingUrl, OfWhomWeDoNotKnow_IsNone) {
  for (const auto* name : {"", "Our own van", "DHLX", "D", "\xd0", "\xd0\x90"}) {
    EXPECT_EQ(TrackingUrl(name, "1"), std::nullopt) << name;
  }
  EXPECT_EQ(TrackingUrl("DHL", ""), std::nullopt);
}

}  // namespace
}  // namespace market::order::domain
