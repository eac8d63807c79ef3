// Public pages, seen through the gateway.
#include "gateway/page_edge.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "gateway/pages/testing/catalogue.hpp"
#include "gateway/testing/gateway_fixture.hpp"

namespace market::gateway {
namespace {

constexpr const char* kThing = "01890000-0000-7000-8000-00000000000a";
constexpr const char* kPage = "/en/p/01890000-0000-7000-8000-00000000000a/difference-engine";

class PageEdgeTest : public GatewayTest {
 protected:
  PageEdgeTest() : showing_(Keeping(), backend_, AllMethods(), metrics_, tracer_) {
    showing_.OpenPages(pages::Site::Read(pages::testing::WrittenShell(), "https://shop.example"));
    thing_.set_id(kThing);
    thing_.set_title("Difference engine");
    backend_.answer = [this](const rpc::Method& method, CallContext&, const google::protobuf::Message&,
                             google::protobuf::Message& out) -> Task<> {
      if (method.name == refused_) throw Error(code_, reason_, "no");
      if (method.name == "GetProduct") out.CopyFrom(thing_);
      co_return;
    };
  }

  static GatewayOptions Keeping() {
    auto options = Quiet();
    options.cache.age = std::chrono::hours(1);
    return options;
  }
  void InOneLoop(std::function<Task<>()> test) { testing::RunLoop(std::move(test)); }
  Task<http::Response> Ask(std::string method, std::string target, http::Headers headers = {}) {
    http::Request request{std::move(method), std::move(target), std::move(headers), {}, "127.0.0.1:1"};
    co_return co_await showing_.Handle(request);
  }
  void Refuse(std::string method, Code code, std::string reason) {
    refused_ = std::move(method);
    code_ = code;
    reason_ = std::move(reason);
  }
  double Shown(const std::string& series) {
    const auto text = metrics_.Exposition();
    const auto at = text.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
  }

  marketplace::product::v1::Product thing_;
  std::string refused_;
  Code code_ = Code::kUnavailable;
  std::string reason_;
  Gateway showing_;
};

TEST_F(PageEdgeTest, APageIsHtmlForEverybody) {
  InOneLoop([&]() -> Task<> {
    const auto page = co_await Ask("GET", kPage, {{"Authorization", "Bearer t"}, {"Host", "evil.example"}});
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.headers.Get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.headers.Get("Cache-Control"), "public, max-age=5");
    EXPECT_NE(page.headers.Get("Content-Security-Policy").find("default-src 'none'"), std::string_view::npos);
    EXPECT_NE(page.body.find("<h1 tabindex=\"-1\">Difference engine</h1>"), std::string::npos);
    EXPECT_NE(page.body.find("href=\"https://shop.example/en/p/"), std::string::npos);
    EXPECT_EQ(page.body.find("evil.example"), std::string::npos);
    EXPECT_EQ(backend_.calls.size(), 3U);
    for (const auto& call : backend_.calls) EXPECT_EQ(call.incoming.authorization, "") << call.method;
    EXPECT_EQ(Shown(R"(http_requests_total{method="GET",route="/{language}/p/{id}",code="200"})"), 1);
  });
}

TEST_F(PageEdgeTest, APageIsWrittenOnceWhileItsAnswersStay) {
  InOneLoop([&]() -> Task<> {
    const auto first = co_await Ask("GET", kPage);
    const auto second = co_await Ask("GET", kPage);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(backend_.calls.size(), 3U);
    EXPECT_EQ(Shown(R"(http_pages_total{result="kept"})"), 1);
    const auto same = co_await Ask("GET", kPage, {{"If-None-Match", first.headers.Get("ETag")}});
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    // A change through this gateway shows at once.
    thing_.set_title("Analytical engine");
    co_await Ask("POST", "/v1/products/" + std::string(kThing) + ":publish");
    const auto changed = co_await Ask("GET", kPage);
    EXPECT_NE(changed.body.find("Analytical engine"), std::string::npos);
    EXPECT_NE(changed.headers.Get("ETag"), first.headers.Get("ETag"));
  });
}

TEST_F(PageEdgeTest, WhatIsNotThereIsAPageThatSaysSo) {
  InOneLoop([&]() -> Task<> {
    Refuse("GetProduct", Code::kNotFound, "NOT_FOUND");
    const auto page = co_await Ask("GET", kPage);
    EXPECT_EQ(page.status, 404);
    EXPECT_EQ(page.headers.Get("Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.headers.Get("Cache-Control"), "no-cache");
    const auto trace = std::string(page.headers.Get("traceparent")).substr(3, 32);
    EXPECT_NE(page.body.find("<code>" + trace + "</code>"), std::string::npos);
  });
}

TEST_F(PageEdgeTest, APageIsWholeOrNone) {
  InOneLoop([&]() -> Task<> {
    Refuse("ListCategories", Code::kUnavailable, "UNAVAILABLE");
    const auto page = co_await Ask("GET", kPage);
    EXPECT_EQ(page.status, 503);
    EXPECT_EQ(page.headers.Get("Retry-After"), "1");
    EXPECT_NE(page.body.find("A part of the marketplace cannot be reached"), std::string::npos);
    Refuse("ListCategories", Code::kDeadlineExceeded, "DEADLINE_EXCEEDED");
    EXPECT_EQ((co_await Ask("GET", kPage)).status, 503);
    Refuse("SearchProducts", Code::kInvalidArgument, "INVALID_ARGUMENT");
    EXPECT_EQ((co_await Ask("GET", "/en/search?min=7")).status, 400);
    Refuse("", Code::kUnavailable, "");
    EXPECT_EQ((co_await Ask("GET", kPage)).status, 200);
  });
}

TEST_F(PageEdgeTest, PagesAreRead) {
  InOneLoop([&]() -> Task<> {
    const auto refused = co_await Ask("POST", kPage);
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers.Get("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ((co_await Ask("HEAD", kPage)).status, 200);
    EXPECT_EQ((co_await Ask("GET", "/en/none")).status, 404);
    EXPECT_EQ((co_await Ask("GET", "/robots.txt")).headers.Get("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ((co_await Ask("GET", "/sitemap.xml")).headers.Get("Content-Type"),
              "application/xml; charset=utf-8");
  });
}

TEST_F(PageEdgeTest, WithoutASettingThereAreNone) {
  EXPECT_EQ(Send("GET", kPage).status, 404);
  EXPECT_EQ(Send("GET", kPage).headers.Get("Content-Type"), "application/problem+json");
}

}  // namespace
}  // namespace market::gateway
