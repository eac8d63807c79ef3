#include "gateway/browser/cookies.hpp"

#include <gtest/gtest.h>

namespace market::browser {
namespace {

using namespace std::chrono_literals;

TEST(Cookies, NamesCarryThePort_UnlessItIsTheUsualOne) {
  EXPECT_EQ(NameOn("shop.test", "__Host-at"), "__Host-at");
  EXPECT_EQ(NameOn("shop.test:443", "__Host-at"), "__Host-at");
  EXPECT_EQ(NameOn("localhost:8443", "__Host-at"), "__Host-at-8443");
  EXPECT_EQ(NameOn("[::1]:8443", "__Host-at"), "__Host-at-8443");
  EXPECT_EQ(NameOn("[::1]", "__Host-at"), "__Host-at");
}

TEST(Cookies, AreFoundByTheirWholeName) {
  const http::Headers headers{{"Cookie", "x__Host-at=no; __Host-at-8443=other;__Host-at=yes; last=1"},
                              {"cookie", "more=here"}};
  EXPECT_EQ(CookieOf(headers, "__Host-at"), "yes");
  EXPECT_EQ(CookieOf(headers, "__Host-at-8443"), "other");
  EXPECT_EQ(CookieOf(headers, "more"), "here");
  EXPECT_EQ(CookieOf(headers, "__Host-rt"), "");
  EXPECT_EQ(CookieOf({}, "__Host-at"), "");
  EXPECT_EQ(CookieOf({{"Cookie", ";;= ; a"}}, "a"), "");
}

TEST(Cookies, AreForUsAlone) {
  EXPECT_EQ(SetCookie("__Host-at", "a.b.c", 600s, Reader::kNoScript),
            "__Host-at=a.b.c; Max-Age=600; Path=/; Secure; SameSite=Strict; HttpOnly");
  EXPECT_EQ(SetCookie("signed-in", "1", 0s, Reader::kScripts),
            "signed-in=1; Max-Age=0; Path=/; Secure; SameSite=Strict");
}

TEST(FromUs, IsWhatTheBrowserSays_ElseTheOrigin) {
  const auto from = [](http::Headers more) {
    more.Add("Host", "localhost:8443");
    return IsFromUs(more);
  };
  EXPECT_TRUE(from({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://elsewhere.test"}}));
  for (const auto* site : {"same-site", "cross-site", "none", ""}) {
    EXPECT_FALSE(from({{"Sec-Fetch-Site", site}, {"Origin", "https://localhost:8443"}})) << site;
  }
  EXPECT_TRUE(from({{"Origin", "https://LOCALHOST:8443"}}));
  for (const auto* origin :
       {"https://localhost", "http://localhost:8443", "https://localhost:8443.evil.test", "null", ""}) {
    EXPECT_FALSE(from({{"Origin", origin}})) << origin;
  }
  EXPECT_FALSE(from({}));
  EXPECT_FALSE(from({{"Origin", "https://localhost:8443"}, {"Origin", "https://evil.test"}}));
  EXPECT_FALSE(from({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "same-origin"}}));
}

}  // namespace
}  // namespace market::browser
