// Public reads that are kept, seen through the gateway.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/testing/gateway_fixture.hpp"
#include "platform/testing/kept_spans.hpp"

namespace market::gateway {
namespace {

namespace order = marketplace::order::v1;
namespace product = marketplace::product::v1;

constexpr const char* kProduct = "01890000-0000-7000-8000-00000000000a";
constexpr const char* kOffer = "01890000-0000-7000-8000-00000000000b";

std::string PathOfProduct() { return "/v1/products/" + std::string(kProduct); }

class KeptReadsTest : public GatewayTest {
 protected:
  KeptReadsTest() : keeping_(Keeping(), backend_, AllMethods(), metrics_, spans_.tracer) {
    product::Product shown;
    shown.set_id(kProduct);
    shown.set_title("Difference engine");
    shown.set_etag("v7");
    shown.set_text_language("en");
    shown.add_offers()->set_id(kOffer);
    // All others answer nothing but what they are.
    backend_.answer = [shown](const rpc::Method& method, CallContext&, const google::protobuf::Message&,
                              google::protobuf::Message& out) -> Task<> {
      if (method.name == "GetProduct") out.CopyFrom(shown);
      co_return;
    };
  }

  // So long that no slow machine makes anything old.
  static GatewayOptions Keeping() {
    auto options = Quiet();
    options.cache.age = std::chrono::hours(1);
    return options;
  }
  // What is kept belongs to one loop, as in a program.
  void InOneLoop(std::function<Task<>()> test) { testing::RunLoop(std::move(test)); }
  Task<http::Response> Ask(std::string method, std::string target, http::Headers headers = {},
                           std::string body = {}) {
    if (!body.empty()) headers.Add("Content-Type", "application/json");
    http::Request request{std::move(method), std::move(target), std::move(headers), std::move(body),
                          "127.0.0.1:1"};
    co_return co_await keeping_.Handle(request);
  }
  Task<http::Response> Get(std::string target, http::Headers headers = {}) {
    return Ask("GET", std::move(target), std::move(headers));
  }
  // How often the services have been asked since the last time.
  std::size_t Asked() {
    const auto asked = backend_.calls.size();
    backend_.calls.clear();
    return asked;
  }

  testing::KeptSpans spans_;
  Gateway keeping_;
};

TEST_F(KeptReadsTest, SecondRead_AsksNobodyAndIsTheCallersOwn) {
  InOneLoop([&]() -> Task<> {
    const auto first = co_await Get(PathOfProduct(), {{"X-Request-Id", "first"}});
    const auto second = co_await Get(PathOfProduct());
    EXPECT_EQ(Asked(), 1U);
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(Json(second).at("title").as_string(), "Difference engine");
    for (const char* same : {"ETag", "Cache-Control", "Vary", "Content-Language", "Content-Type"})
      EXPECT_EQ(second.headers.Find(same), first.headers.Find(same)) << same;
    EXPECT_EQ(first.headers.Get("X-Request-Id"), "first");
    EXPECT_NE(second.headers.Get("X-Request-Id"), "first");
    EXPECT_EQ(second.headers.Count("X-Request-Id"), 1U);
    EXPECT_NE(second.headers.Get("traceparent"), first.headers.Get("traceparent"));
  });
}

TEST_F(KeptReadsTest, WhoHasItAlready_IsToldSoByWhatIsKept) {
  InOneLoop([&]() -> Task<> {
    EXPECT_EQ((co_await Get(PathOfProduct(), {{"If-None-Match", "\"v7\""}})).status, 304);
    const auto same = co_await Get(PathOfProduct(), {{"If-None-Match", "\"v6\", W/\"v7\""}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.headers.Get("ETag"), "\"v7\"");
    EXPECT_EQ(same.headers.Find("Content-Type"), std::nullopt);
    EXPECT_TRUE(same.body.empty());
    const auto other = co_await Get(PathOfProduct(), {{"If-None-Match", "\"v6\""}});
    EXPECT_EQ(other.status, 200);
    EXPECT_FALSE(other.body.empty());
    EXPECT_EQ((co_await Ask("HEAD", PathOfProduct())).status, 200);
    EXPECT_EQ(Asked(), 1U);
  });
}

TEST_F(KeptReadsTest, WhoShowsAToken_IsAnsweredByTheService) {
  InOneLoop([&]() -> Task<> {
    const http::Headers token{{"Authorization", "Bearer t"}};
    co_await Get(PathOfProduct());
    co_await Get(PathOfProduct(), token);
    co_await Get(PathOfProduct(), token);
    EXPECT_EQ(Asked(), 3U);
    // What he was told is nobody else's.
    co_await Get("/v1/categories", token);
    co_await Get("/v1/categories");
    EXPECT_EQ(Asked(), 2U);
    // No cookie is a token of what everybody may read.
    co_await Get(PathOfProduct(), {{"Cookie", "__Host-at=t"}});
    EXPECT_EQ(Asked(), 0U);
  });
}

TEST_F(KeptReadsTest, Spellings_AreOne) {
  InOneLoop([&]() -> Task<> {
    for (const char* query : {"?query=a%20b&pageSize=3&inStock=true", "?inStock=true&pageSize=3&query=a+b",
                              "?&pageSize=3&&query=%61+b&inStock=true&"})
      co_await Get("/v1/products" + std::string(query));
    EXPECT_EQ(Asked(), 1U);
    co_await Get("/v1/products?query=a%20b&pageSize=4&inStock=true");
    EXPECT_EQ(Asked(), 1U);
    for (const char* languages : {"de-AT, en;q=0.5", "en;q=0.1,de-at;q=0.7", "de-AT,*,en;q=0.9,fr;q=0"})
      co_await Get(PathOfProduct(), {{"Accept-Language", languages}});
    EXPECT_EQ(Asked(), 1U);
    co_await Get(PathOfProduct(), {{"Accept-Language", "en, de-AT"}});
    co_await Get(PathOfProduct());
    EXPECT_EQ(Asked(), 2U);
  });
}

TEST_F(KeptReadsTest, MethodsDoNotMeet) {
  InOneLoop([&]() -> Task<> {
    co_await Get(PathOfProduct());
    AnswerWith(product::ListOffersOfProductResponse());
    EXPECT_TRUE(Json(co_await Get(PathOfProduct() + "/offers")).contains("offers"));
    AnswerWith(product::ListReviewsOfProductResponse());
    EXPECT_TRUE(Json(co_await Get(PathOfProduct() + "/reviews")).contains("reviews"));
    EXPECT_EQ(Asked(), 3U);
  });
}

TEST_F(KeptReadsTest, VeryLongQuestions_AreNotKept) {
  InOneLoop([&]() -> Task<> {
    std::string query = "/v1/products?query=a";
    for (int i = 0; i < 20; ++i)
      query += "&attributes=colour%3D" + std::string(80, static_cast<char>('a' + i));
    EXPECT_EQ((co_await Get(query)).status, 200);
    EXPECT_EQ((co_await Get(query)).status, 200);
    EXPECT_EQ(Asked(), 2U);
  });
}

TEST_F(KeptReadsTest, WhatIsNotThere_IsKeptUntilItIs) {
  InOneLoop([&]() -> Task<> {
    const auto there = backend_.answer;
    FailWith(NotFound("product"));
    const auto first = co_await Get(PathOfProduct());
    const auto second = co_await Get(PathOfProduct());
    EXPECT_EQ(Asked(), 1U);
    EXPECT_EQ(second.status, 404);
    EXPECT_EQ(Reason(second), "NOT_FOUND");
    EXPECT_NE(Json(first).at("traceId").as_string(), Json(second).at("traceId").as_string());
    EXPECT_TRUE(std::string(second.headers.Get("traceparent"))
                    .contains(std::string(Json(second).at("traceId").as_string())));
    backend_.answer = there;
    EXPECT_EQ((co_await Ask("POST", PathOfProduct() + ":publish", {}, "{}")).status, 200);
    EXPECT_EQ((co_await Get(PathOfProduct())).status, 200);
  });
}

TEST_F(KeptReadsTest, OtherFailures_AreNotKept) {
  InOneLoop([&]() -> Task<> {
    const auto there = backend_.answer;
    FailWith(Unavailable("away"));
    EXPECT_EQ((co_await Get(PathOfProduct())).status, 503);
    EXPECT_EQ((co_await Get(PathOfProduct())).status, 503);
    EXPECT_EQ(Asked(), 2U);
    backend_.answer = there;
    EXPECT_EQ((co_await Get(PathOfProduct())).status, 200);
  });
}

// Of each change: what of the product, its list of offers and the tree of categories is read again.
TEST_F(KeptReadsTest, Changes_ShowAtOnce) {
  struct Case {
    std::string method;
    std::string target;
    std::string body;
    std::function<void()> answers;
    std::string read_again;
  };
  product::Offer of_product;
  of_product.set_id("01890000-0000-7000-8000-0000000000ff");
  of_product.set_product_id(kProduct);
  product::Offer elsewhere;
  elsewhere.set_id("01890000-0000-7000-8000-0000000000fe");
  order::Order placed;
  placed.set_id("1");
  placed.add_seller_orders()->add_lines()->set_offer_id(kOffer);
  product::Category category;
  category.set_id("01890000-0000-7000-8000-0000000000cc");
  const auto shown = backend_.answer;
  const std::vector<Case> cases = {
      {"PATCH", PathOfProduct(), "{}", [&] { AnswerWith(product::Product()); }, "product offers"},
      {"POST", "/v1/products/01890000-0000-7000-8000-0000000000DD/offers", "{}",
       [&] { AnswerWith(of_product); }, "product offers"},
      {"PATCH", "/v1/offers/01890000-0000-7000-8000-00000000000B", "{}",
       [&] { AnswerWith(product::Offer()); }, "product"},
      {"PATCH", "/v1/offers/1", "{}", [&] { AnswerWith(elsewhere); }, ""},
      {"POST", "/v1/orders", R"({"items":[]})", [&] { AnswerWith(placed); }, "product"},
      {"POST", "/v1/orders", R"({"items":[{"offerId":")" + std::string(kOffer) + R"("}]})",
       [&] { FailWith(Error(Code::kFailedPrecondition, "PAYMENT_DECLINED", "declined")); }, "product"},
      {"POST", "/v1/orders", R"({"items":[{"offerId":")" + std::string(kOffer) + R"("}]})",
       [&] { FailWith(Error(Code::kUnauthenticated, "UNAUTHENTICATED", "who are you?")); }, ""},
      {"POST", "/v1/categories", "{}", [&] { AnswerWith(category); }, "categories"},
      {"DELETE", "/v1/reviews/1", "", [&] { AnswerWith(google::protobuf::Empty()); },
       "product offers categories"},
      {"DELETE", "/v1/sessions/current", "", [&] { AnswerWith(google::protobuf::Empty()); }, ""},
  };
  for (const auto& [method, target, body, answers, expected] : cases) {
    InOneLoop([&]() -> Task<> {
      Gateway gateway(Keeping(), backend_, AllMethods(), metrics_, tracer_);
      const auto ask = [&](std::string verb, std::string at, std::string with) -> Task<int> {
        http::Request request{std::move(verb), std::move(at), {}, std::move(with), "127.0.0.1:1"};
        if (!request.body.empty()) request.headers.Add("Content-Type", "application/json");
        co_return (co_await gateway.Handle(request)).status;
      };
      const auto all = [&]() -> Task<std::string> {
        std::string read;
        backend_.answer = [&](const rpc::Method& of, CallContext& call,
                              const google::protobuf::Message& asked,
                              google::protobuf::Message& out) -> Task<> {
          read += std::string(read.empty() ? "" : " ") + (of.name == "GetProduct"       ? "product"
                                                          : of.name == "ListCategories" ? "categories"
                                                                                        : "offers");
          co_await shown(of, call, asked, out);
        };
        co_await ask("GET", PathOfProduct(), "");
        co_await ask("GET", PathOfProduct() + "/offers", "");
        co_await ask("GET", "/v1/categories", "");
        co_return read;
      };
      EXPECT_EQ(co_await all(), "product offers categories");
      EXPECT_EQ(co_await all(), "");
      answers();
      co_await ask(method, target, body);
      EXPECT_EQ(co_await all(), expected) << method << ' ' << target;
      EXPECT_EQ(co_await all(), "");
    });
  }
}

TEST_F(KeptReadsTest, Traces_AndMetricsTellOfThem) {
  InOneLoop([&]() -> Task<> {
    co_await Get(PathOfProduct());
    co_await Get(PathOfProduct());
    co_await Get(PathOfProduct());
    co_await Get("/v1/offers/1");
  });
  std::vector<std::string> how;
  for (const auto& recording : spans_.recordings) {
    std::string of = "none";
    for (const auto& attribute : recording.attributes) {
      if (attribute.key == "market.cache") of = std::get<std::string_view>(attribute.value);
    }
    how.push_back(of);
  }
  EXPECT_EQ(how, std::vector<std::string>({"miss", "hit", "hit", "none"}));
  const auto text = metrics_.Exposition();
  const std::string series = R"(http_cache_requests_total{route="/v1/products/{product_id}",result=)";
  EXPECT_TRUE(text.contains(series + "\"hit\"} 2")) << text;
  EXPECT_TRUE(text.contains(series + "\"miss\"} 1")) << text;
}

TEST_F(KeptReadsTest, WhatMayBeKept_IsCountedFromNothing) {
  const auto text = metrics_.Exposition();
  for (const std::string_view result : {"hit", "joined", "miss", "not_kept"}) {
    const auto series = R"(http_cache_requests_total{route="/v1/products/{product_id}",result=")" +
                        std::string(result) + "\"} 0";
    EXPECT_TRUE(text.contains(series)) << text;
  }
}

TEST_F(KeptReadsTest, NothingIsKept_WhereThatIsSet) {
  EXPECT_EQ(Send("GET", PathOfProduct()).status, 200);
  EXPECT_EQ(Send("GET", PathOfProduct()).status, 200);
  EXPECT_EQ(Asked(), 2U);
}

}  // namespace
}  // namespace market::gateway
