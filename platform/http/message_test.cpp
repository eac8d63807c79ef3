#include "platform/http/message.hpp"

#include <gtest/gtest.h>

#include "platform/http/operations.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::http {
namespace {

TEST(Headers, Names_AreFoundWithoutRegardToCase) {
  Headers headers{{"Content-Type", "a"}, {"X-One", "1"}, {"x-one", "2"}};
  EXPECT_EQ(headers.Get("content-TYPE"), "a");
  EXPECT_EQ(headers.Get("X-ONE"), "1");
  EXPECT_EQ(headers.Count("x-one"), 2U);
  EXPECT_EQ(headers.Find("X-On"), std::nullopt);
  EXPECT_EQ(headers.Get("missing"), "");
}

TEST(Headers, Set_ReplacesAllOfAName) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.Set("A", "4");
  EXPECT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[0], (std::pair<std::string_view, std::string_view>{"B", "2"}));
  EXPECT_EQ(headers.Get("a"), "4");
  headers.Remove("a");
  headers.Clear();
  EXPECT_EQ(headers.size(), 0U);
}

class OperationsTest : public ::testing::Test {
 protected:
  Response Send(std::string method, std::string target, Headers headers = {}) {
    const Handler handler = OperationsHandler(metrics_, [this] { return readiness_; });
    Request request{std::move(method), std::move(target), std::move(headers), {}, {}};
    return testing::RunLoop([&]() -> Task<Response> { co_return co_await handler(request); });
  }
  telemetry::Metrics metrics_;
  Readiness readiness_;
};

TEST_F(OperationsTest, Metrics_AreExposed) {
  metrics_.AddCounter("things_total", "Things.").Increment();
  const auto response = Send("GET", "/metrics");
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(response.body.find("# TYPE things_total counter\nthings_total 1\n"), std::string::npos);
}

TEST_F(OperationsTest, Metrics_AreOpenMetricsForWhoAcceptsIt) {
  metrics_.AddCounter("things_total", "Things.").Increment();
  const auto response = Send("GET", "/metrics", {{"Accept", "application/openmetrics-text;version=1.0.0"}});
  EXPECT_EQ(response.headers.Get("Content-Type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(response.body, "# HELP things Things.\n# TYPE things counter\nthings_total 1\n# EOF\n");
}

TEST_F(OperationsTest, Readiness_FollowsItsFunction) {
  EXPECT_EQ(Send("GET", "/readyz?verbose").status, 503);
  EXPECT_EQ(Send("GET", "/healthz").status, 200);
  readiness_ = {.ready = true, .notes = "worker failing: order.recovery: no such table\n"};
  EXPECT_EQ(Send("HEAD", "/readyz").status, 200);
  EXPECT_EQ(Send("GET", "/readyz").body, "ok\nworker failing: order.recovery: no such table\n");
  EXPECT_EQ(Send("GET", "/healthz").body, "ok\n");
}

TEST_F(OperationsTest, OtherRequests_AreRefused) {
  EXPECT_EQ(Send("GET", "/").status, 404);
  EXPECT_EQ(Send("POST", "/metrics").status, 405);
}

}  // namespace
}  // namespace market::http
