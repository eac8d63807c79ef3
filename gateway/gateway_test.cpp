#include "gateway/gateway.hpp"

#include "gateway/testing/file_fixture.hpp"
#include "platform/testing/kept_spans.hpp"

namespace market::gateway {
namespace {

namespace order = marketplace::order::v1;
namespace product = marketplace::product::v1;
using google::protobuf::Message;

constexpr const char* kId = "01890000-0000-7000-8000-000000000001";

product::Product SomeProduct() {
  product::Product message;
  message.set_id(kId);
  message.set_title("Difference engine");
  message.set_etag("v7");
  return message;
}

TEST_F(GatewayTest, Get_FillsPathAndAnswersJson) {
  AnswerWith(SomeProduct());
  const auto response = Send("GET", "/v1/products/" + std::string(kId));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json");
  EXPECT_EQ(response.headers.Get("ETag"), "\"v7\"");
  EXPECT_EQ(response.headers.Get("Cache-Control"), "no-cache");
  EXPECT_EQ(Json(response).at("title").as_string(), "Difference engine");
  EXPECT_EQ(Last().method, "GetProduct");
  EXPECT_EQ(Last().request, "product_id: \"" + std::string(kId) + "\"");
}

// A text that is not UTF-8, which no parser of ours takes.
TEST_F(GatewayTest, AnswerThatIsNoMessage_IsInternal) {
  auto message = SomeProduct();
  message.add_offers()->set_sku("\xff");
  AnswerWith(message);
  const auto response = Send("GET", "/v1/products/1");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(Reason(response), "INTERNAL");
}

TEST_F(GatewayTest, Get_IfNoneMatch_Is304) {
  AnswerWith(SomeProduct());
  for (const char* tags : {"\"v7\"", "W/\"v7\"", "\"a\", \"v7\"", "*", "v7"}) {
    const auto response = Send("GET", "/v1/products/1", {{"If-None-Match", tags}});
    EXPECT_EQ(response.status, 304) << tags;
    EXPECT_EQ(response.headers.Get("ETag"), "\"v7\"");
    EXPECT_TRUE(response.body.empty());
  }
  for (const char* tags : {"\"v8\"", "", "\"v7", "\"V7\"", ",,"}) {
    EXPECT_EQ(Send("GET", "/v1/products/1", {{"If-None-Match", tags}}).status, 200) << tags;
  }
  // As one list.
  EXPECT_EQ(Send("GET", "/v1/products/1", {{"If-None-Match", "\"a\""}, {"If-None-Match", "\"v7\""}}).status,
            304);
}

TEST_F(GatewayTest, Head_IsGet) {
  AnswerWith(SomeProduct());
  const auto response = Send("HEAD", "/v1/products/1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Last().method, "GetProduct");
}

TEST_F(GatewayTest, Query_FillsFields) {
  EXPECT_EQ(Send("GET", "/v1/products?query=a%20b&pageSize=3&inStock=true").status, 200);
  EXPECT_EQ(Last().request, "query: \"a b\" in_stock: true page_size: 3");
  EXPECT_EQ(Summary(Send("GET", "/v1/products?page=3")), "UNKNOWN_FIELD page:UNKNOWN_FIELD");
  EXPECT_EQ(Summary(Send("GET", "/v1/products/1?productId=2")), "UNKNOWN_FIELD productId:UNKNOWN_FIELD");
  EXPECT_EQ(Summary(Send("POST", "/v1/sessions:refresh?refreshToken=a", {}, "{}")),
            "UNKNOWN_FIELD refreshToken:UNKNOWN_FIELD");
}

TEST_F(GatewayTest, ClientAddress_IsWhatTheProxySaysOrThePeer) {
  Send("GET", std::string("/v1/products/") + kId, {{"X-Forwarded-For", "198.51.100.1, 203.0.113.7"}});
  EXPECT_EQ(Last().incoming.client_address, "203.0.113.7");
  Send("GET", std::string("/v1/products/") + kId);
  EXPECT_EQ(Last().incoming.client_address, "127.0.0.1");
}

TEST_F(GatewayTest, UserAgent_IsTheClients) {
  Send("GET", std::string("/v1/products/") + kId, {{"User-Agent", "Firefox"}});
  EXPECT_EQ(Last().incoming.user_agent, "Firefox");
}

TEST_F(GatewayTest, AcceptLanguage_IsTheClients) {
  Send("GET", std::string("/v1/products/") + kId, {{"Accept-Language", "ru-RU,ru;q=0.9"}});
  EXPECT_EQ(Last().incoming.accept_language, "ru-RU,ru;q=0.9");
}

TEST_F(GatewayTest, TextsByLanguage_SaySo) {
  auto message = SomeProduct();
  message.set_text_language("ru");
  AnswerWith(message);
  const auto response = Send("GET", "/v1/products/1");
  EXPECT_EQ(response.headers.Get("Content-Language"), "ru");
  EXPECT_EQ(response.headers.Get("Vary"), "Accept-Language");
  const auto same = Send("GET", "/v1/products/1", {{"If-None-Match", "*"}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.headers.Get("Vary"), "Accept-Language");
  // What changes something is kept by nobody.
  EXPECT_EQ(Send("POST", "/v1/products/1:publish").headers.Find("Vary"), std::nullopt);

  product::SearchProductsResponse list;
  *list.add_products() = message;
  AnswerWith(list);
  const auto page = Send("GET", "/v1/products");
  EXPECT_EQ(page.headers.Get("Vary"), "Accept-Language");
  EXPECT_EQ(page.headers.Find("Content-Language"), std::nullopt);

  AnswerWith(product::Offer());
  EXPECT_EQ(Send("GET", "/v1/offers/1").headers.Find("Vary"), std::nullopt);
}

TEST_F(GatewayTest, Post_FillsFromPathAndBody) {
  product::Offer offer;
  offer.set_id(kId);
  AnswerWith(offer);
  const auto response =
      Send("POST", "/v1/offers/o%2f1:adjustStock", {{"Idempotency-Key", "k1"}, {"Authorization", "Bearer t"}},
           R"({"delta":-5.0,"reason":"broken"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Last().request, R"(offer_id: "o/1" delta: -5 reason: "broken")");
  EXPECT_EQ(Last().incoming.idempotency_key, "k1");
  EXPECT_EQ(Last().incoming.authorization, "Bearer t");
  EXPECT_EQ(response.headers.Get("Cache-Control"), "private, no-store");
  EXPECT_EQ(Summary(Send("POST", "/v1/offers/1:adjustStock", {}, R"({"offerId":"2","delta":1})")),
            "UNKNOWN_FIELD offerId:UNKNOWN_FIELD");
}

TEST_F(GatewayTest, Post_WithoutBody_IsAnEmptyMessage) {
  EXPECT_EQ(Send("POST", "/v1/products/1:publish").status, 200);
  EXPECT_EQ(Last().request, "product_id: \"1\"");
}

TEST_F(GatewayTest, Create_Is201WithLocation) {
  order::Order placed;
  placed.set_id("a/b");
  placed.set_state(order::PLACED);
  AnswerWith(placed);
  const auto response = Send("POST", "/v1/orders", {}, R"({"items":[{"offerId":"x","quantity":1e1}]})");
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.headers.Get("Location"), "/v1/orders/a%2Fb");
  EXPECT_EQ(Last().request, R"(items { offer_id: "x" quantity: 10 })");
}

TEST_F(GatewayTest, Create_StillPending_Is202) {
  order::Order pending;
  pending.set_id("1");
  pending.set_state(order::PENDING_PAYMENT);
  AnswerWith(pending);
  const auto response = Send("POST", "/v1/orders", {}, "{}");
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.headers.Get("Retry-After"), "1");
}

TEST_F(GatewayTest, EmptyAnswer_Is204) {
  const auto response = Send("DELETE", "/v1/sessions/current");
  EXPECT_EQ(response.status, 204);
  EXPECT_TRUE(response.body.empty());
  EXPECT_EQ(response.headers.Find("Content-Type"), std::nullopt);
}

TEST_F(GatewayTest, Replay_IsMarked) {
  backend_.answer = [](const rpc::Method&, CallContext& call, const Message&, Message&) -> Task<> {
    rpc::CallContextBuilder(call).Replayed(true);
    co_return;
  };
  EXPECT_EQ(Send("POST", "/v1/orders", {}, "{}").headers.Get("Idempotent-Replayed"), "true");
}

TEST_F(GatewayTest, Keys_AreCacheable) {
  EXPECT_EQ(Send("GET", "/.well-known/jwks.json").headers.Get("Cache-Control"), "public, max-age=300");
}

TEST_F(GatewayTest, Patch_MaskIsWhatTheBodyHas) {
  const std::string target = "/v1/offers/1";
  EXPECT_EQ(Send("PATCH", target, {}, R"({"price":{"amount":5,"currency":"EUR"}})").status, 200);
  EXPECT_EQ(Last().request,
            R"(offer_id: "1" offer { price { amount: 5 currency: "EUR" } } update_mask { paths: "price" })");
  Send("PATCH", target, {}, "{}");
  EXPECT_EQ(Last().request, R"(offer_id: "1" offer { } update_mask { })");
  Send("PATCH", target + "?updateMask=price,options", {}, R"({"price":{"amount":5}})");
  EXPECT_EQ(Last().request,
            R"(offer_id: "1" offer { price { amount: 5 } } update_mask { paths: "price" paths: "options" })");
  Send("PATCH", "/v1/users/me?updateMask=displayName", {}, R"({"phone":"1"})");
  EXPECT_EQ(Last().request, R"(profile { phone: "1" } update_mask { paths: "display_name" })");
  EXPECT_EQ(Summary(Send("PATCH", target + "?updateMask=price,stock", {}, "{}")),
            "UNKNOWN_FIELD updateMask:UNKNOWN_FIELD");
  EXPECT_EQ(Summary(Send("PATCH", target + "?updateMask=*", {}, "{}")),
            "INVALID_ARGUMENT updateMask:MALFORMED");
  EXPECT_EQ(Summary(Send("PATCH", target, {}, R"({"updateMask":"price"})")),
            "UNKNOWN_FIELD updateMask:UNKNOWN_FIELD");
}

TEST_F(GatewayTest, IfMatch_GoesIntoTheMessage) {
  const std::string target = "/v1/users/me/addresses/1";
  for (const char* tag : {"\"v7\"", "W/\"v7\"", "v7"}) {
    EXPECT_EQ(Send("DELETE", target, {{"If-Match", tag}}).status, 204);
    EXPECT_EQ(Last().request, R"(address_id: "1" if_match: "v7")") << tag;
  }
  EXPECT_EQ(Send("DELETE", target, {{"If-Match", "*"}}).status, 204);
  EXPECT_EQ(Last().request, R"(address_id: "1")");
  for (const char* tag : {"", "\"a\", \"b\"", "\"", "\"a", "a b"}) {
    EXPECT_EQ(Summary(Send("DELETE", target, {{"If-Match", tag}})), "INVALID_ARGUMENT If-Match:MALFORMED")
        << tag;
  }
  EXPECT_EQ(Summary(Send("POST", "/v1/products/1:publish", {{"If-Match", "\"a\""}})),
            "INVALID_ARGUMENT If-Match:UNSUPPORTED");
  EXPECT_EQ(Summary(Send("DELETE", target + "?ifMatch=v7")), "UNKNOWN_FIELD ifMatch:UNKNOWN_FIELD");
}

TEST_F(GatewayTest, Options_Is204WithAllow) {
  const auto response = Send("OPTIONS", "/v1/orders");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.Get("Allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(Send("OPTIONS", "*").status, 204);
  EXPECT_EQ(Send("OPTIONS", "/nothing").status, 404);
}

TEST_F(GatewayTest, RequestId_IsKeptOrMade) {
  const auto kept = Send("GET", "/v1/products", {{"X-Request-Id", "abc-1"}});
  EXPECT_EQ(kept.headers.Get("X-Request-Id"), "abc-1");
  EXPECT_EQ(Last().incoming.request_id, "abc-1");
  for (const std::string& bad : {std::string(), std::string(129, 'a'), std::string("a b"),
                                 std::string("a\tb"), std::string("\xc3\xa9")}) {
    EXPECT_EQ(Send("GET", "/v1/products", {{"X-Request-Id", bad}}).headers.Get("X-Request-Id").size(), 36U)
        << bad;
  }
}

TEST_F(GatewayTest, Trace_IsContinuedOrBegun) {
  const auto response = Send("GET", "/v1/products",
                             {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}});
  EXPECT_EQ(response.headers.Get("traceparent").substr(3, 32), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(response.headers.Get("traceparent"), Last().traceparent);
  EXPECT_EQ(Send("GET", "/v1/products", {{"traceparent", "junk"}}).headers.Get("traceparent").size(), 55U);
}

TEST_F(GatewayTest, Span_IsNamedByItsRouteAndFailsByItsStatus) {
  testing::KeptSpans kept;
  Gateway traced(Quiet(), backend_, AllMethods(), metrics_, kept.tracer);
  FailWith(Error(Code::kUnavailable, "UNAVAILABLE", "away"));
  http::Request request{"GET", std::string("/v1/products/") + kId, {}, {}, {}};
  testing::RunLoop([&]() -> Task<http::Response> { co_return co_await traced.Handle(request); });
  const auto& span = kept.recordings.at(0).spans.at(0);
  EXPECT_EQ(span.name, "GET /v1/products/{product_id}");
  EXPECT_EQ(span.kind, telemetry::SpanKind::kServer);
  EXPECT_TRUE(span.failed);
  EXPECT_EQ(std::get<std::int64_t>(*kept.Find(span.name, "http.response.status_code")), 503);
}

TEST_F(GatewayTest, Deadline_IsTheMethodsOwn) {
  Send("POST", "/v1/orders", {}, "{}");
  const auto left = Last().incoming.deadline - std::chrono::steady_clock::now();
  EXPECT_GT(left, std::chrono::seconds(5));
  EXPECT_LE(left, std::chrono::seconds(10));
}

TEST_F(GatewayTest, Metrics_CountByRoute) {
  Send("GET", "/v1/products/1");
  Send("HEAD", "/v1/products/2");
  Send("GET", "/nowhere");
  const std::string text = metrics_.Exposition();
  EXPECT_TRUE(
      text.contains(R"(http_requests_total{method="GET",route="/v1/products/{product_id}",code="200"} 2)"))
      << text;
  EXPECT_TRUE(text.contains(R"(http_requests_total{method="",route="unmatched",code="404"} 1)"));
  EXPECT_TRUE(text.contains(R"(http_requests_total{method="POST",route="/v1/orders",code="500"} 0)"));
  EXPECT_TRUE(text.contains("http_requests_in_flight 0"));
}

TEST_F(GatewayTest, EveryMethodOfTheContract_HasItsRoute) {
  int routes = 0;
  for (const rpc::Method* method : AllMethods()) {
    for (const auto& binding : method->http) {
      ++routes;
      std::string path;
      bool variable = false;
      for (const char c : binding.path) {
        if (c == '{') path += 'x';
        variable = c == '{' || (variable && c != '}');
        if (!variable && c != '}') path += c;
      }
      backend_.calls.clear();
      // Where a file is wanted, there has to be one.
      Parts file({"a file"});
      http::Request request{binding.verb, path,          {{"Sec-Fetch-Site", "same-origin"}},
                            "",           "127.0.0.1:1", &file};
      testing::RunLoop([&]() -> Task<http::Response> { co_return co_await gateway_.Handle(request); });
      ASSERT_FALSE(backend_.calls.empty()) << binding.verb << " " << path;
      EXPECT_EQ(Last().method, method->name) << binding.verb << " " << path;
    }
  }
  EXPECT_GT(routes, 30);
}

}  // namespace
}  // namespace market::gateway
