// The gateway behind its real server: what clients that misbehave see.
#include <gtest/gtest.h>

#include <boost/json/stream_parser.hpp>
#include <boost/json/value.hpp>

#include "gateway/gateway.hpp"
#include "gateway/testing/fake_backend.hpp"
#include "platform/http/server.hpp"
#include "platform/http/testing/raw_client.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::gateway {
namespace {

struct Answer {
  int status;
  std::string reason;
  std::string raw;
};

// The last answer to `input`, after which the client stops sending.
// Every answer that is an error must be a problem.
Answer Exchange(std::string input, http::ServerOptions options = {}) {
  const std::string raw = testing::RunLoop([&](boost::asio::io_context& io) -> Task<std::string> {
    telemetry::Metrics metrics;
    telemetry::Tracer tracer;
    FakeBackend backend;
    Gateway gateway({.access_log_one_in = 0}, backend, AllMethods(), metrics, tracer);
    options.on_fault = [&](http::Fault fault) { return gateway.Answer(fault); };
    http::Server server(io, options, [&](http::Request& request) { return gateway.Handle(request); });
    http::RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send(input);
    client.CloseSend();
    std::string received = co_await client.ReceiveAll();
    co_await server.Drain(testing::Soon());
    co_return received;
  });
  Answer answer{http::StatusIn(raw), {}, raw};
  if (answer.status < 400) return answer;
  EXPECT_TRUE(raw.contains("Content-Type: application/problem+json\r\n")) << raw;
  EXPECT_TRUE(raw.contains("X-Request-Id: ")) << raw;
  EXPECT_TRUE(raw.contains("traceparent: 00-")) << raw;
  const auto body = raw.find("\r\n\r\n");
  if (body == std::string::npos || body + 4 == raw.size()) return answer;
  boost::json::stream_parser parser;
  parser.write_some(raw.data() + body + 4, raw.size() - body - 4);
  const auto problem = parser.release().as_object();
  EXPECT_EQ(problem.at("status").as_int64(), answer.status);
  answer.reason = problem.at("reason").as_string();
  return answer;
}

std::string Post(const std::string& path, const std::string& body,
                 const std::string& headers = "Content-Type: application/json\r\n") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(GatewayHttp, Pipelined_GoodAndBad_AreAnsweredInOrder) {
  std::string input;
  for (int i = 0; i < 10; ++i) {
    input += "GET /v1/products/1 HTTP/1.1\r\nHost: a\r\n\r\n" + Post("/v1/orders", "{]") +
             "HEAD /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  const auto answer = Exchange(input);
  std::size_t at = 0;
  for (int i = 0; i < 10; ++i) {
    for (const char* status : {"HTTP/1.1 200 ", "HTTP/1.1 400 ", "HTTP/1.1 404 "}) {
      at = answer.raw.find(status, at);
      ASSERT_NE(at, std::string::npos) << i << status;
    }
  }
}

TEST(GatewayHttp, HostileRequests_AreRefusedAsProblems) {
  struct Case {
    std::string input;
    int status;
    std::string reason;
  };
  const std::string get = "GET /v1/products HTTP/1.1\r\nHost: a\r\n";
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "{\"items\":[";
  const std::vector<Case> cases = {
      {Post("/v1/orders", deep), 400, "MALFORMED_JSON"},
      {Post("/v1/orders", std::string(65536, ' ')), 400, "MALFORMED_JSON"},
      {Post("/v1/orders", std::string(65537, ' ')), 413, "BODY_TOO_LARGE"},
      {Post("/v1/orders", "{}", "Content-Type: text/plain\r\n"), 415, "UNSUPPORTED_MEDIA_TYPE"},
      {Post("/v1/orders", "{}", ""), 415, "UNSUPPORTED_MEDIA_TYPE"},
      {Post("/v1/orders", "{}", "Content-Type: application/json\r\nContent-Type: application/json\r\n"), 415,
       "UNSUPPORTED_MEDIA_TYPE"},
      {Post("/v1/orders", "{}", "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"), 400,
       "BAD_REQUEST"},
      {Post("/v1/orders", "{}", "Content-Length: 2\r\n"), 400, "BAD_REQUEST"},
      {Post("/v1/orders", "{}", "Expect: cake\r\n"), 400, "BAD_REQUEST"},
      {Post("/v1/orders", std::string("{\"quoteHash\":\"\0\"}", 17)), 400, "MALFORMED_JSON"},
      {Post("/v1/products", "{}"), 405, "METHOD_NOT_ALLOWED"},
      {get + "X: " + std::string(9000, 'a') + "\r\n\r\n", 431, "HEADERS_TOO_LARGE"},
      {"GET /v1/products?query=" + std::string(4096, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414,
       "URI_TOO_LONG"},
      {"GET /v1/products?query=%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400, "INVALID_ARGUMENT"},
      {"GET /v1/products/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST"},
      {"GET /v1/products/../orders HTTP/1.1\r\nHost: a\r\n\r\n", 404, "NOT_FOUND"},
      {"GET /v1/products/..%2forders%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST"},
      {"GET //v1/products HTTP/1.1\r\nHost: a\r\n\r\n", 404, "NOT_FOUND"},
      {"GET /v1/products; HTTP/1.1\r\nHost: a\r\n\r\n", 404, "NOT_FOUND"},
      {"GET http://b/v2 HTTP/1.1\r\nHost: a\r\n\r\n", 404, "NOT_FOUND"},
      {"GET /v1/products HTTP/1.1\r\n\r\n", 400, "BAD_REQUEST"},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "BAD_REQUEST"},
      {"TRACE /v1/products HTTP/1.1\r\nHost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED"},
      {"\x16\x03\x01\x02\r\n\r\n", 400, "BAD_REQUEST"},
      {get + "Accept: image/png\r\n\r\n", 406, "NOT_ACCEPTABLE"},
      {get + "Accept: " + std::string(3000, ',') + "\r\n\r\n", 200, ""},
      {get + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400, "BAD_REQUEST"},
      {get + "X-Request-Id: a\r\n b\r\n\r\n", 400, "BAD_REQUEST"},
      {get + "Content-Length: 2\r\nContent-Type: application/json\r\n\r\n{}", 400, "BAD_REQUEST"},
  };
  for (const auto& [input, status, reason] : cases) {
    const auto answer = Exchange(input);
    EXPECT_EQ(answer.status, status) << input.substr(0, 120);
    EXPECT_EQ(answer.reason, reason) << input.substr(0, 120);
  }
}

TEST(GatewayHttp, AcceptOfWhatAnswersNothing_MayBeProblemsOnly) {
  const std::string sign_out = "DELETE /v1/sessions/current HTTP/1.1\r\nHost: a\r\nAccept: ";
  for (const char* accept : {"application/problem+json", "application/*", "*/*", "application/json", ""}) {
    EXPECT_EQ(Exchange(sign_out + accept + "\r\n\r\n").status, 204) << accept;
  }
  EXPECT_EQ(Exchange(sign_out + "text/html\r\n\r\n").reason, "NOT_ACCEPTABLE");
}

TEST(GatewayHttp, SlowHeaders_Are408AsAProblem) {
  http::ServerOptions options;
  options.header_timeout = std::chrono::milliseconds(50);
  telemetry::Metrics metrics;
  telemetry::Tracer tracer;
  FakeBackend backend;
  const std::string raw = testing::RunLoop([&](boost::asio::io_context& io) -> Task<std::string> {
    Gateway gateway({.access_log_one_in = 0}, backend, AllMethods(), metrics, tracer);
    options.on_fault = [&](http::Fault fault) { return gateway.Answer(fault); };
    http::Server server(io, options, [&](http::Request& request) { return gateway.Handle(request); });
    http::RawClient client(io, server.Listen("127.0.0.1:0"));
    co_await client.Send("GET /v1/products HTTP/1.1\r\nHost: a\r\nX-");
    co_return co_await client.ReceiveAll();
  });
  EXPECT_EQ(http::StatusIn(raw), 408);
  EXPECT_TRUE(raw.contains("REQUEST_TIMEOUT"));
}

}  // namespace
}  // namespace market::gateway
