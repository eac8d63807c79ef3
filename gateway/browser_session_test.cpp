// A browser's session over REST: tokens in cookies, and who may use them.
#include <gmock/gmock.h>

#include "gateway/testing/gateway_fixture.hpp"
#include "marketplace/auth/v1/auth.pb.h"
#include "marketplace/product/v1/product.pb.h"
#include "marketplace/user/v1/user.pb.h"

namespace market::gateway {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace auth = marketplace::auth::v1;

class BrowserSessionTest : public GatewayTest {
 protected:
  static http::Headers FromUs(http::Headers more = {}) {
    more.Add("Host", "localhost:8443");
    more.Add("Sec-Fetch-Site", "same-origin");
    return more;
  }
  static auth::Session Session() {
    auth::Session session;
    session.set_access_token("access.token");
    session.set_refresh_token("rt_next");
    session.set_device_token("dv_known");
    session.set_token_type("Bearer");
    session.set_expires_in(600);
    session.mutable_account()->set_email("ada@example.test");
    return session;
  }
  static std::vector<std::string> Cookies(const http::Response& response) {
    std::vector<std::string> cookies;
    for (std::size_t i = 0; i < response.headers.size(); ++i) {
      const auto [name, value] = response.headers[i];
      if (name == "Set-Cookie") cookies.emplace_back(value);
    }
    return cookies;
  }
  static constexpr const char* kPasswords = R"({"email": "ada@example.test", "password": "correct horse"})";
};

TEST_F(BrowserSessionTest, TokensAreCookies_AndNowhereElse) {
  AnswerWith(Session());
  const auto response =
      Send("POST", "/v1/browser/session", FromUs({{"Cookie", "__Host-dt-8443=dv_old"}}), kPasswords);
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(Json(response).at("email"), "ada@example.test");
  EXPECT_THAT(response.body,
              AllOf(Not(HasSubstr("access.token")), Not(HasSubstr("rt_next")), Not(HasSubstr("dv_known"))));
  EXPECT_THAT(
      Cookies(response),
      ElementsAre("__Host-at-8443=access.token; Max-Age=600; Path=/; Secure; SameSite=Strict; HttpOnly",
                  "__Host-rt-8443=rt_next; Max-Age=2592000; Path=/; Secure; SameSite=Strict; HttpOnly",
                  "__Host-dt-8443=dv_known; Max-Age=31536000; Path=/; Secure; SameSite=Strict; HttpOnly",
                  AllOf(StartsWith("signed-in-8443="),
                        HasSubstr("; Max-Age=2592000; Path=/; Secure; SameSite=Strict"),
                        Not(HasSubstr("HttpOnly")))));
  EXPECT_THAT(Last().request, HasSubstr("device_token: \"dv_old\""));
}

TEST_F(BrowserSessionTest, NoBodyHasWhatIsACookie) {
  const auto response = Send("POST", "/v1/browser/session", FromUs(),
                             R"({"email": "a@b.test", "password": "correct horse", "deviceToken": "dv_1"})");
  EXPECT_EQ(Summary(response), "UNKNOWN_FIELD deviceToken:UNKNOWN_FIELD");
  EXPECT_EQ(Send("POST", "/v1/browser/session:refresh?refreshToken=rt_1", FromUs()).status, 400);
}

TEST_F(BrowserSessionTest, IsRenewedByItsCookie_AndForgottenWhenThatIsOver) {
  AnswerWith(Session());
  const auto with = [&] { return FromUs({{"Cookie", "a=b; __Host-rt-8443=rt_old"}}); };
  EXPECT_EQ(Send("POST", "/v1/browser/session:refresh", with()).status, 200);
  EXPECT_EQ(Last().request, "refresh_token: \"rt_old\"");
  FailWith(Error(Code::kUnauthenticated, "SESSION_ENDED", "the session has ended"));
  const auto over = Send("POST", "/v1/browser/session:refresh", with());
  EXPECT_EQ(over.status, 401);
  EXPECT_THAT(Cookies(over), AllOf(Contains(StartsWith("__Host-at-8443=; Max-Age=0;")),
                                   Contains(StartsWith("__Host-rt-8443=; Max-Age=0;")),
                                   Contains(StartsWith("signed-in-8443=; Max-Age=0;")),
                                   Not(Contains(StartsWith("__Host-dt")))));
  FailWith(Error(Code::kUnauthenticated, "BAD_CREDENTIALS", "wrong"));
  EXPECT_THAT(Cookies(Send("POST", "/v1/browser/session", FromUs(), kPasswords)), ElementsAre());
}

TEST_F(BrowserSessionTest, SigningOutRemovesIt_ButNotWhatTheDeviceIsKnownBy) {
  AnswerWith(google::protobuf::Empty());
  const auto out = Send("DELETE", "/v1/browser/session", FromUs({{"Cookie", "__Host-at-8443=access.token"}}));
  EXPECT_EQ(out.status, 204);
  EXPECT_EQ(Last().incoming.authorization, "Bearer access.token");
  EXPECT_EQ(out.headers.Get("Clear-Site-Data"), R"("cache", "storage")");
  EXPECT_EQ(Cookies(out).size(), 3u);
  EXPECT_THAT(Cookies(out), Not(Contains(StartsWith("__Host-dt"))));
}

TEST_F(BrowserSessionTest, TheCookieIsTheToken_OnlyWhereNoneIsGiven_AndNotOfWhatEverybodyMayRead) {
  AnswerWith(marketplace::user::v1::Profile());
  const auto cookie = [&](http::Headers more = {}) {
    more.Add("Cookie", "__Host-at-8443=access.token");
    more.Add("Host", "localhost:8443");
    return more;
  };
  Send("GET", "/v1/users/me", cookie());
  EXPECT_EQ(Last().incoming.authorization, "Bearer access.token");
  Send("GET", "/v1/users/me", cookie({{"Authorization", "Bearer other"}}));
  EXPECT_EQ(Last().incoming.authorization, "Bearer other");
  Send("GET", "/v1/users/me", {{"Cookie", "__Host-at-8443=access.token"}, {"Host", "localhost:9443"}});
  EXPECT_EQ(Last().incoming.authorization, "") << "of another marketplace on this host";
  AnswerWith(marketplace::product::v1::ListCategoriesResponse());
  Send("GET", "/v1/categories", cookie());
  EXPECT_EQ(Last().incoming.authorization, "");
}

TEST_F(BrowserSessionTest, APageMaySayThatItReadsAsSomebody_WhereSomeAreShownMore) {
  const auto as_somebody = [](http::Headers more = {}) {
    more.Add("Cookie", "__Host-at-8443=access.token");
    more.Add("Host", "localhost:8443");
    more.Add("X-With-Session", "1");
    return more;
  };
  const std::string seller = "/v1/sellers/01929b9e-6c4a-7bbb-a2f1-0d1a2b3c4d5e";
  AnswerWith(marketplace::user::v1::Seller());
  const auto more = Send("GET", seller, as_somebody());
  EXPECT_EQ(Last().incoming.authorization, "Bearer access.token");
  EXPECT_EQ(more.headers.Get("Cache-Control"), "private, no-store");
  Send("GET", seller, as_somebody({{"Authorization", "Bearer other"}}));
  EXPECT_EQ(Last().incoming.authorization, "Bearer other");
  Send("GET", seller, {{"Cookie", "__Host-at-8443=access.token"}, {"Host", "localhost:8443"}});
  EXPECT_EQ(Last().incoming.authorization, "");
  AnswerWith(marketplace::product::v1::ListCategoriesResponse());
  Send("GET", "/v1/categories", as_somebody());
  EXPECT_EQ(Last().incoming.authorization, "") << "everybody is shown the same";
}

TEST_F(BrowserSessionTest, WhatChangesSomething_HasToComeFromAPageOfOurs) {
  AnswerWith(marketplace::user::v1::Profile());
  const auto change = [&](http::Headers headers) {
    headers.Add("Host", "localhost:8443");
    const auto response = Send("PATCH", "/v1/users/me", std::move(headers), R"({"givenName": "Ada"})");
    return response.status == 200 ? "done" : Reason(response);
  };
  const std::string cookie = "__Host-at-8443=access.token";
  EXPECT_EQ(change({{"Cookie", cookie}, {"Sec-Fetch-Site", "cross-site"}}), "CROSS_SITE");
  EXPECT_EQ(change({{"Cookie", cookie}, {"Origin", "https://evil.test"}}), "CROSS_SITE");
  EXPECT_EQ(change({{"Cookie", cookie}}), "CROSS_SITE");
  EXPECT_TRUE(backend_.calls.empty());
  EXPECT_EQ(change({{"Cookie", cookie}, {"Origin", "https://localhost:8443"}}), "done");
  EXPECT_EQ(change({{"Authorization", "Bearer t"}, {"Origin", "https://evil.test"}}), "done")
      << "no browser adds that by itself";
  for (const auto* path : {"/v1/browser/session", "/v1/browser/session:signUp", "/v1/browser/session:guest",
                           "/v1/browser/session:answerChallenge"}) {
    EXPECT_EQ(
        Reason(Send("POST", path, {{"Host", "localhost:8443"}, {"Sec-Fetch-Site", "cross-site"}}, "{}")),
        "CROSS_SITE")
        << path;
  }
  EXPECT_EQ(Reason(Send("POST", "/v1/browser/session:refresh", {{"Host", "localhost:8443"}})), "CROSS_SITE");
  EXPECT_EQ(Reason(Send("DELETE", "/v1/browser/session", {{"Host", "localhost:8443"}})), "CROSS_SITE");
}

}  // namespace
}  // namespace market::gateway
