// A field of a request that comes as a header, or as a cookie: what opens a guest's cart.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "gateway/testing/gateway_fixture.hpp"
#include "marketplace/order/v1/carts.pb.h"

namespace market::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
namespace order = marketplace::order::v1;

constexpr const char* kCart = "/v1/carts/01a00000-0000-7000-8000-000000000001";

class CartTokenTest : public GatewayTest {
 protected:
  static http::Headers With(http::Headers more) {
    more.Add("Host", "localhost:8443");
    return more;
  }
  const FakeBackend::Asked& Latest() { return backend_.calls.back(); }
};

TEST_F(CartTokenTest, ComesAsAHeader_OrAsACookie_AndInNoBody) {
  AnswerWith(order::Cart());
  const auto read =
      Send("GET", kCart, With({{"X-Cart-Token", "by_header"}, {"Cookie", "__Host-cart-8443=c"}}));
  EXPECT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(read.headers.Get("Cache-Control"), "private, no-store");
  EXPECT_THAT(Latest().request, HasSubstr("by_header"));
  Send("GET", kCart, With({{"Cookie", "__Host-cart-8443=by_cookie"}}));
  EXPECT_THAT(Latest().request, HasSubstr("by_cookie"));
  Send("GET", kCart, With({{"Cookie", "__Host-cart-9443=by_cookie"}}));
  EXPECT_THAT(Latest().request, Not(HasSubstr("by_cookie"))) << "of another marketplace on this host";
  EXPECT_EQ(Reason(Send("PUT", std::string(kCart) + "/coupons", {}, R"({"cartToken": "by_body"})")),
            "UNKNOWN_FIELD");
  EXPECT_EQ(Send("GET", std::string(kCart) + "?cartToken=by_query").status, 400);
  EXPECT_EQ(Reason(Send("GET", kCart, {{"X-Cart-Token", "one"}, {"X-Cart-Token", "two"}})),
            "INVALID_ARGUMENT");
}

TEST_F(CartTokenTest, TheSessionGoesWithIt_SinceTheCartMayBeTheAccounts) {
  AnswerWith(order::Cart());
  Send("GET", kCart, With({{"Cookie", "__Host-at-8443=access.token"}}));
  EXPECT_EQ(Latest().incoming.authorization, "Bearer access.token");
}

TEST_F(CartTokenTest, WhatChangesACartByACookie_HasToComeFromAPageOfOurs) {
  AnswerWith(order::Cart());
  const auto change = [&](http::Headers headers) {
    const auto response = Send("PUT", std::string(kCart) + "/coupons", With(std::move(headers)), "{}");
    return response.status == 200 ? "done" : Reason(response);
  };
  const std::string cookie = "__Host-cart-8443=by_cookie";
  EXPECT_EQ(change({{"Cookie", cookie}}), "CROSS_SITE");
  EXPECT_EQ(change({{"Cookie", cookie}, {"Sec-Fetch-Site", "cross-site"}}), "CROSS_SITE");
  EXPECT_TRUE(backend_.calls.empty());
  EXPECT_EQ(change({{"Cookie", cookie}, {"Sec-Fetch-Site", "same-origin"}}), "done");
  EXPECT_EQ(change({{"X-Cart-Token", "t"}, {"Origin", "https://evil.test"}}), "done")
      << "no browser adds that by itself";
}

TEST_F(CartTokenTest, ABrowserKeepsIt_WhereNoScriptReadsIt) {
  order::CreateCartResponse made;
  made.mutable_cart()->set_id("01a00000-0000-7000-8000-000000000001");
  made.set_cart_token("the_token");
  made.set_expires_in(7776000);
  AnswerWith(made);
  const auto response = Send("POST", "/v1/browser/carts", With({{"Sec-Fetch-Site", "same-origin"}}), "{}");
  ASSERT_EQ(response.status, 201) << response.body;
  EXPECT_EQ(response.headers.Get("Location"), kCart);
  EXPECT_THAT(response.body, Not(HasSubstr("the_token")));
  std::vector<std::string> cookies;
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    if (response.headers[i].first == "Set-Cookie") cookies.emplace_back(response.headers[i].second);
  }
  EXPECT_THAT(cookies, ElementsAre("__Host-cart-8443=the_token; Max-Age=7776000; Path=/; Secure; "
                                   "SameSite=Strict; HttpOnly"))
      << "and says nothing of a session";
  EXPECT_EQ(Json(Send("POST", "/v1/carts", {}, "{}")).at("cartToken"), "the_token") << "a program reads it";
}

}  // namespace
}  // namespace market::gateway
