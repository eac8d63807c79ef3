#include "gateway/gateway.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "gateway/testing/fake_backend.hpp"
#include "platform/core/error.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"
#include "platform/testing/kept_spans.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::gateway {
namespace {

namespace order = marketplace::order::v1;
namespace product = marketplace::product::v1;
using google::protobuf::Message;

constexpr const char* kId = "01890000-0000-7000-8000-000000000001";

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() : gateway_(Quiet(), backend_, AllMethods(), metrics_, tracer_) {}

  static GatewayOptions Quiet() {
    GatewayOptions options;
    options.access_log_one_in = 0;
    return options;
  }
  http::Response Send(std::string method, std::string target, http::Headers headers = {},
                      std::string body = {}) {
    if (!body.empty() && !headers.Find("Content-Type")) headers.Add("Content-Type", "application/json");
    http::Request request{std::move(method), std::move(target), std::move(headers), std::move(body),
                          "127.0.0.1:1"};
    return testing::RunLoop([&]() -> Task<http::Response> { co_return co_await gateway_.Handle(request); });
  }
  template <class Response>
  void AnswerWith(Response response) {
    backend_.answer = [response](const rpc::Method&, CallContext&, const Message&, Message& out) -> Task<> {
      out.CopyFrom(response);
      co_return;
    };
  }
  void FailWith(Error error) {
    backend_.answer = [error](const rpc::Method&, CallContext&, const Message&, Message&) -> Task<> {
      throw error;
      co_return;
    };
  }
  static boost::json::object Json(const http::Response& response) {
    return boost::json::parse(response.body).as_object();
  }
  static std::string Reason(const http::Response& response) {
    return response.body.empty() ? "" : std::string(Json(response).at("reason").as_string());
  }
  // "reason" and "field:reason" of a problem, in one line.
  static std::string Summary(const http::Response& response) {
    std::string summary = Reason(response);
    for (const auto& field : Json(response).at("fields").as_array()) {
      summary += " " + std::string(field.at("field").as_string()) + ":" +
                 std::string(field.at("reason").as_string());
    }
    return summary;
  }
  const FakeBackend::Asked& Last() const { return backend_.calls.back(); }

  telemetry::Metrics metrics_;
  telemetry::Tracer tracer_;
  FakeBackend backend_;
  Gateway gateway_;
};

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

TEST_F(GatewayTest, UnknownPath_Is404) {
  for (const char* path : {"/", "/v1", "/v2/products", "/v1/products/", "/v1/products//", "/v1/products/1/x",
                           "/V1/products", "/v1/%70roducts", "/v1/../v1/products", "/v1/offers/1:explode",
                           "/metrics", "/healthz", "/marketplace.product.v1.ProductService/GetOffers"}) {
    const auto response = Send("POST", path, {}, "{}");
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(Reason(response), "NOT_FOUND") << path;
  }
  EXPECT_TRUE(backend_.calls.empty());
}

TEST_F(GatewayTest, OtherMethod_Is405WithAllow) {
  const std::vector<std::array<std::string, 3>> cases = {
      {"POST", "/v1/products", "GET, HEAD, OPTIONS"},
      {"PUT", "/v1/offers/1", "PATCH, OPTIONS"},
      {"TRACE", "/v1/orders", "POST, GET, HEAD, OPTIONS"},
      {"BREW", "/v1/users/me/addresses/1", "GET, HEAD, PATCH, DELETE, OPTIONS"},
      {"GET", "/v1/sessions:refresh", "POST, OPTIONS"},
      {"GET", "/v1/orders/1:cancel", "POST, OPTIONS"},
      {"get", "/v1/products", "GET, HEAD, OPTIONS"}};
  for (const auto& [method, path, allow] : cases) {
    const auto response = Send(method, path);
    EXPECT_EQ(response.status, 405) << method << path;
    EXPECT_EQ(response.headers.Get("Allow"), allow) << method << path;
    EXPECT_EQ(Reason(response), "METHOD_NOT_ALLOWED");
  }
}

TEST_F(GatewayTest, Options_Is204WithAllow) {
  const auto response = Send("OPTIONS", "/v1/orders");
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.headers.Get("Allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(Send("OPTIONS", "*").status, 204);
  EXPECT_EQ(Send("OPTIONS", "/nothing").status, 404);
}

TEST_F(GatewayTest, ContentType_MustBeJson) {
  for (const char* type : {"application/json", "APPLICATION/JSON", "application/json; charset=utf-8",
                           "application/json;charset=\"UTF-8\"", "application/json ; x=y"}) {
    EXPECT_EQ(Send("POST", "/v1/orders", {{"Content-Type", type}}, "{}").status, 201) << type;
  }
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/jsonx", "application/json; charset=utf-16", "application/json; charset=latin1",
        "application/merge-patch+json", "application/grpc", "json", "*/*", "application/json, text/plain"}) {
    EXPECT_EQ(Reason(Send("POST", "/v1/orders", {{"Content-Type", type}}, "{}")), "UNSUPPORTED_MEDIA_TYPE")
        << type;
  }
  EXPECT_EQ(
      Send("POST", "/v1/orders", {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}, "{}")
          .status,
      415);
  EXPECT_EQ(
      Send("POST", "/v1/orders", {{"Content-Type", "application/json"}, {"Content-Type", "text/xml"}}, "{}")
          .status,
      415);
}

TEST_F(GatewayTest, Accept_MustAdmitJson) {
  for (const char* accept :
       {"application/json", "*/*", "application/*", "text/html,application/xhtml+xml,*/*;q=0.8", "",
        "application/json;q=0.1, text/html", "APPLICATION/JSON", "text/html;q=0, */*;q=0.5", ",",
        "*/*;q=x"}) {
    EXPECT_EQ(Send("GET", "/v1/products", {{"Accept", accept}}).status, 200) << accept;
  }
  for (const char* accept :
       {"text/html", "application/xml, text/*", "application/json;q=0", "application/json;q=0, */*",
        "*/*;q=0", "application/problem+json", "image/webp;q=1"}) {
    const auto response = Send("GET", "/v1/products", {{"Accept", accept}});
    EXPECT_EQ(response.status, 406) << accept;
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
  }
}

TEST_F(GatewayTest, BodyWhereNoneBelongs_Is400) {
  EXPECT_EQ(Reason(Send("GET", "/v1/products", {}, "{}")), "BAD_REQUEST");
  EXPECT_EQ(Reason(Send("DELETE", "/v1/sessions/current", {}, "{}")), "BAD_REQUEST");
}

TEST_F(GatewayTest, BadPathVariables_Are400) {
  for (const char* segment : {"%", "%2", "%zz", "%ff", "%00", "%c0%af", "%ed%a0%80"}) {
    EXPECT_EQ(Reason(Send("GET", "/v1/products/" + std::string(segment))), "BAD_REQUEST") << segment;
  }
  EXPECT_TRUE(backend_.calls.empty());
}

TEST_F(GatewayTest, BadBodies_Are400) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[]", "MALFORMED_JSON"},
      {"{", "MALFORMED_JSON"},
      {"\xef\xbb\xbf{}", "MALFORMED_JSON"},
      {R"({"items":[]} {})", "MALFORMED_JSON"},
      {R"({"items":[],"items":[]})", "MALFORMED_JSON"},
      {R"({"quoteHash":"\ud800"})", "MALFORMED_JSON"},
      {"{\"quoteHash\":\"\xff\"}", "MALFORMED_JSON"},
      {std::string(5000, '['), "MALFORMED_JSON"},
      {R"({"quoteHash":null})", "INVALID_ARGUMENT quoteHash:NULL"},
      {R"({"price":1})", "UNKNOWN_FIELD price:UNKNOWN_FIELD"},
      {R"({"items":[{"quantity":"1"}]})", "INVALID_ARGUMENT items[0].quantity:WRONG_TYPE"},
  };
  for (const auto& [body, summary] : cases) {
    const auto response = Send("POST", "/v1/orders", {}, body);
    EXPECT_EQ(response.status, 400) << body.substr(0, 60);
    EXPECT_EQ(Summary(response), summary) << body.substr(0, 60);
  }
  EXPECT_TRUE(backend_.calls.empty());
}

TEST_F(GatewayTest, Problem_HasEverythingTheContractSays) {
  FailWith(Error(Code::kAborted, "OUT_OF_STOCK", "not enough \"left\"")
               .WithField("items[0].offerId", "OUT_OF_STOCK", "2 left"));
  const auto response =
      Send("POST", "/v1/orders", {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}},
           "{}");
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
  EXPECT_EQ(response.headers.Get("Cache-Control"), "no-store");
  const auto problem = Json(response);
  EXPECT_EQ(problem.at("type").as_string(), "/problems/out-of-stock");
  EXPECT_EQ(problem.at("title").as_string(), "Not enough in stock");
  EXPECT_EQ(problem.at("status").as_int64(), 409);
  EXPECT_EQ(problem.at("detail").as_string(), "not enough \"left\"");
  EXPECT_EQ(problem.at("reason").as_string(), "OUT_OF_STOCK");
  EXPECT_EQ(problem.at("fields").as_array().at(0).at("detail").as_string(), "2 left");
  EXPECT_EQ(problem.at("traceId").as_string(), "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(GatewayTest, Failures_HaveTheirStatusAndHeaders) {
  FailWith(Error(Code::kUnauthenticated, "UNAUTHENTICATED", "no"));
  EXPECT_EQ(Send("GET", "/v1/orders").status, 401);
  EXPECT_EQ(Send("GET", "/v1/orders").headers.Get("WWW-Authenticate"), "Bearer");
  FailWith(Error(Code::kResourceExhausted, "RATE_LIMITED", "slow down")
               .WithRetryAfter(std::chrono::milliseconds(1500)));
  EXPECT_EQ(Send("GET", "/v1/orders").status, 429);
  EXPECT_EQ(Send("GET", "/v1/orders").headers.Get("Retry-After"), "2");
  FailWith(Error(Code::kAborted, "ETAG_MISMATCH", "changed"));
  EXPECT_EQ(Send("GET", "/v1/orders").status, 412);
}

TEST_F(GatewayTest, BrokenInvariant_IsOpaque) {
  backend_.answer = [](const rpc::Method&, CallContext&, const Message&, Message&) -> Task<> {
    throw std::runtime_error("secret table name");
    co_return;
  };
  const auto response = Send("GET", "/v1/orders");
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(Reason(response), "INTERNAL");
  EXPECT_FALSE(response.body.contains("secret"));
}

TEST_F(GatewayTest, FieldsOfABodyThatIsAField_AreNamedAsInTheBody) {
  FailWith(InvalidArgument("offer.price.amount", "OUT_OF_RANGE", "too small"));
  EXPECT_EQ(Summary(Send("PATCH", "/v1/offers/1", {}, "{}")), "INVALID_ARGUMENT price.amount:OUT_OF_RANGE");
  EXPECT_EQ(Summary(Send("PATCH", "/v1/offers/1", {}, R"({"price":{"amount":"x"}})")),
            "INVALID_ARGUMENT price.amount:WRONG_TYPE");
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

TEST_F(GatewayTest, DoubledCredentials_AreRefused) {
  EXPECT_EQ(Send("GET", "/v1/orders", {{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}).status,
            400);
  EXPECT_EQ(Send("POST", "/v1/orders", {{"Idempotency-Key", "a"}, {"idempotency-key", "b"}}, "{}").status,
            400);
}

TEST_F(GatewayTest, KeyThatCantBeOne_IsNotIgnored) {
  for (const char* key : {"", "caf\xc3\xa9", "\xff", "a\tb"}) {
    EXPECT_EQ(Send("PATCH", "/v1/users/me", {{"Idempotency-Key", key}}, "{}").status, 400) << key;
  }
  EXPECT_EQ(Send("GET", "/v1/products", {{"Idempotency-Key", ""}}).status, 200);
}

TEST_F(GatewayTest, TooManyInFlight_Is503) {
  GatewayOptions options = Quiet();
  options.in_flight_max = 0;
  telemetry::Metrics metrics;
  telemetry::Tracer tracer;
  Gateway full(options, backend_, AllMethods(), metrics, tracer);
  http::Request request{"GET", "/v1/products", {}, {}, {}};
  const auto response =
      testing::RunLoop([&]() -> Task<http::Response> { co_return co_await full.Handle(request); });
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(Reason(response), "OVERLOADED");
  EXPECT_EQ(response.headers.Get("Retry-After"), "1");
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

TEST_F(GatewayTest, Faults_AreProblems) {
  const std::vector<std::tuple<http::Fault, int, std::string>> cases = {
      {http::Fault::kBadRequest, 400, "BAD_REQUEST"},
      {http::Fault::kBodyTooLarge, 413, "BODY_TOO_LARGE"},
      {http::Fault::kUriTooLong, 414, "URI_TOO_LONG"},
      {http::Fault::kHeadersTooLarge, 431, "HEADERS_TOO_LARGE"},
      {http::Fault::kTooSlow, 408, "REQUEST_TIMEOUT"},
      {http::Fault::kExpectation, 400, "BAD_REQUEST"},
      {http::Fault::kHandlerFailed, 500, "INTERNAL"}};
  for (const auto& [fault, status, reason] : cases) {
    const auto response = gateway_.Answer(fault);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(Reason(response), reason);
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/problem+json");
    EXPECT_EQ(std::string(Json(response).at("traceId").as_string()),
              response.headers.Get("traceparent").substr(3, 32));
  }
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
      Send(binding.verb, path);
      ASSERT_FALSE(backend_.calls.empty()) << binding.verb << " " << path;
      EXPECT_EQ(Last().method, method->name) << binding.verb << " " << path;
    }
  }
  EXPECT_GT(routes, 30);
}

}  // namespace
}  // namespace market::gateway
