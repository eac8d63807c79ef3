// What the gateway refuses, and how a refusal looks.
#include "gateway/testing/gateway_fixture.hpp"

namespace market::gateway {
namespace {

using google::protobuf::Message;

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
      {"PUT", "/v1/offers/1", "GET, HEAD, PATCH, OPTIONS"},
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

// What mail programs send with one click (RFC 8058 section 8).
TEST_F(GatewayTest, AnyBody_IsNotLookedAt_WhereTheContractSaysSo) {
  const std::string path = "/v1/notificationSettings:unsubscribe?token=ut_1";
  for (const auto* body : {"List-Unsubscribe=One-Click", "{\"token\": \"ut_2\"", ""}) {
    EXPECT_EQ(Send("POST", path, {{"Content-Type", "application/x-www-form-urlencoded"}}, body).status, 204)
        << body;
    EXPECT_EQ(backend_.calls.back().request, "token: \"ut_1\"");
  }
}

// A signature is over bytes: blanks, the order of fields, what is no UTF-8.
TEST_F(GatewayTest, RawBody_IsHandedOnByteForByte) {
  const std::string path = "/v1/providers/stripe/webhooks";
  const std::string body("{ \"a\":1,\n\"a\":2}\xff\0", 17);
  for (const auto* type : {"application/json", "text/plain", ""}) {
    EXPECT_EQ(Send("POST", path, {{"Content-Type", type}, {"Stripe-Signature", "t=1,v1=a"}}, body).status,
              204)
        << type;
    EXPECT_EQ(backend_.calls.back().request,
              R"(provider: "stripe" payload: "{ \"a\":1,\n\"a\":2}\377\000" signature: "t=1,v1=a")");
  }
  EXPECT_EQ(Send("POST", path, {}, "").status, 204);
  EXPECT_EQ(backend_.calls.back().request, R"(provider: "stripe")");
  for (const auto* query : {"?payload=e30=", "?signature=t%3D1"})
    EXPECT_EQ(Send("POST", path + query, {}, "{}").status, 400);
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

}  // namespace
}  // namespace market::gateway
