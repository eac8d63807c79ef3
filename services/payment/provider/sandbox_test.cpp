#include "services/payment/provider/sandbox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <exception>
#include <functional>

#include "platform/http/server.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::payment::provider {
namespace {

using namespace std::chrono_literals;
using testing::Soon;

// A provider that answers what the test says.
template <class Body>
void WithAnswer(int status, std::string body, Body test) {
  testing::RunLoop([&](boost::asio::io_context& io) -> Task<> {
    http::Request last;
    auto handler = [&](http::Request& request) -> Task<http::Response> {
      last = request;
      co_return http::Response{.status = status, .headers = {}, .body = body};
    };
    http::Server server(io, {}, handler);
    http::Client client(io, "http://" + server.Listen("127.0.0.1:0"));
    Sandbox provider(client, "sk_test");
    co_await test(provider, last);
    co_await server.Drain(Soon());
  });
}

Charge ACharge() {
  return {
      .key = "k1", .reference = "o 1&x", .method = "pm_card_visa", .amount = {1999, Currency::Parse("EUR")}};
}

std::string Kind(const Result& result) {
  static constexpr std::array kNames = {"done", "declined", "unknown", "not_done", "errored", "refused"};
  return kNames.at(result.index());
}

std::string Error(const std::string& type, const std::string& code) {
  return R"({"error": {"type": ")" + type + R"(", "code": ")" + code + R"(", "decline_code": "why"}})";
}

TEST(Sandbox, EachAnswer_IsOneOutcome) {
  struct Case {
    int status;
    std::string body;
    std::string expected;
  };
  const std::array<Case, 16> cases = {{
      {200, R"({"id": "a1"})", "done"},
      {200, "{}", "unknown"},
      {200, "not json", "unknown"},
      {402, Error("card_error", "card_declined"), "declined"},
      {400, Error("invalid_request_error", "payment_method_unknown"), "refused"},
      {404, Error("invalid_request_error", "resource_missing"), "refused"},
      {404, "no such page", "unknown"},
      {400, "", "unknown"},
      {401, Error("authentication_error", "api_key_invalid"), "not_done"},
      {429, "", "not_done"},
      {409, Error("idempotency_error", "key_in_use"), "unknown"},
      {422, Error("idempotency_error", "key_reused"), "unknown"},
      {500, Error("api_error", "internal"), "errored"},
      {500, "", "unknown"},
      {502, "<html>", "unknown"},
      {503, "", "unknown"},
  }};
  for (const auto& c : cases) {
    WithAnswer(c.status, c.body, [&](Sandbox& provider, http::Request&) -> Task<> {
      const auto result = co_await provider.Authorize(ACharge(), Soon());
      EXPECT_EQ(Kind(result), c.expected) << c.status << ' ' << c.body;
      if (c.status == 402) EXPECT_EQ(std::get<Declined>(result).code, "why");
      if (c.status == 400 && !c.body.empty()) EXPECT_EQ(std::get<Refused>(result).code, kMethodUnknown);
    });
  }
}

TEST(Sandbox, Requests_CarryKeyAmountAndReference) {
  WithAnswer(200, R"({"id": "a1"})", [](Sandbox& provider, http::Request& last) -> Task<> {
    co_await provider.Authorize(ACharge(), Soon());
    EXPECT_EQ(last.target, "/v1/authorizations");
    EXPECT_EQ(last.headers.Get("Idempotency-Key"), "k1");
    EXPECT_EQ(last.headers.Get("Authorization"), "Bearer sk_test");
    EXPECT_EQ(last.body,
              R"({"amount":1999,"currency":"EUR","payment_method":"pm_card_visa","reference":"o 1&x"})");
    const Change change{
        .key = "k2", .authorization = "a/1", .amount = {5, Currency::Parse("EUR")}, .reference = "s1"};
    co_await provider.Refund(change, Soon());
    EXPECT_EQ(last.target, "/v1/authorizations/a%2F1/refunds");
    EXPECT_EQ(last.body, R"({"amount":5,"reference":"s1"})");
    co_await provider.Capture(change, Soon());
    EXPECT_EQ(last.target, "/v1/authorizations/a%2F1/capture");
    co_await provider.Void(change, Soon());
    EXPECT_EQ(last.target, "/v1/authorizations/a%2F1/void");
    co_await provider.Find({.reference = "o 1&x", .key = "k1", .authorization = {}}, Soon());
    EXPECT_EQ(last.target, "/v1/authorizations?reference=o%201%26x");
  });
}

TEST(Sandbox_Find, MatchesByKeyOrById) {
  const auto charge = [](const std::string& number, const std::string& status) {
    return R"({"id": "a)" + number + R"(", "idempotency_key": "k)" + number +
           R"(", "reference": "o1", "status": ")" + status +
           R"(", "decline_code": "why", "currency": "EUR", "captured": 0, "refunded": 0})";
  };
  const std::string body = R"({"authorizations": [)" + charge("1", "declined") + ',' +
                           charge("2", "captured") +
                           R"(], "refunds": [{"id": "r1", "amount": 5, "reference": "s1"}]})";
  WithAnswer(200, body, [](Sandbox& provider, http::Request&) -> Task<> {
    const auto by_key = co_await provider.Find({"o1", "k1", ""}, Soon());
    EXPECT_EQ(std::get<Listed>(by_key).state, Listed::State::kDeclined);
    EXPECT_EQ(std::get<Listed>(by_key).decline_code, "why");
    const auto by_id = co_await provider.Find({"o1", "", "a2"}, Soon());
    EXPECT_EQ(std::get<Listed>(by_id).state, Listed::State::kCaptured);
    EXPECT_EQ(std::get<Listed>(by_id).refunds.at(0).reference, "s1");
    EXPECT_TRUE(std::holds_alternative<Absent>(co_await provider.Find({"o1", "k9", ""}, Soon())));
    EXPECT_TRUE(std::holds_alternative<Absent>(co_await provider.Find({"o1", "", "a9"}, Soon())));
  });
  const std::pair<int, std::string> no_answers[] = {
      {500, ""},
      {200, ""},
      {200, "{}"},
      {200, R"({"authorizations": [{"id": "a1"}], "refunds": []})"},
      {401, Error("authentication_error", "")}};
  for (const auto& [status, text] : no_answers) {
    WithAnswer(status, text, [](Sandbox& provider, http::Request&) -> Task<> {
      const auto found = co_await provider.Find({}, Soon());
      EXPECT_TRUE(std::holds_alternative<Unknown>(found));
    });
  }
}

TEST(Sandbox_List, ReadsPageByPage) {
  const std::string body = R"({"authorizations": [
    {"id": "a1", "idempotency_key": "k1", "reference": "o1", "status": "captured", "currency": "EUR", "captured": 30,
     "refunded": 5, "refunds": [{"id": "r1", "amount": 5, "reference": "s1"}]}], "has_more": true})";
  WithAnswer(200, body, [](Sandbox& provider, http::Request& last) -> Task<> {
    const auto listed =
        co_await provider.List(Time(std::chrono::milliseconds(1'700'000'000'999)), "a&0", Soon());
    EXPECT_EQ(last.target, "/v1/authorizations?limit=100&changed_since=1700000000&starting_after=a%260");
    const auto& page = std::get<Page>(listed);
    EXPECT_EQ(page.next, "a1");
    EXPECT_EQ(page.charges.size(), 1u);
    const auto& charge = page.charges[0];
    EXPECT_EQ(charge.state, Listed::State::kCaptured);
    EXPECT_EQ(charge.captured, (Money{30, Currency::Parse("EUR")}));
    EXPECT_EQ(charge.refunded_minor, 5);
    EXPECT_EQ(charge.refunds.at(0).reference, "s1");
  });
  const std::pair<int, std::string> no_lists[] = {
      {500, ""},
      {200, "{}"},
      {200, R"({"authorizations": [], "has_more": true})"},
      {200, R"({"authorizations": [{"id": "a1"}], "has_more": false})"}};
  for (const auto& [status, text] : no_lists) {
    WithAnswer(status, text, [&](Sandbox& provider, http::Request&) -> Task<> {
      const auto listed = co_await provider.List(Time(), "", Soon());
      EXPECT_TRUE(std::holds_alternative<Unknown>(listed)) << text;
    });
  }
}

TEST(Sandbox, WithoutAProvider_NothingIsDone) {
  testing::RunLoop([](boost::asio::io_context& io) -> Task<> {
    std::string address;
    {
      http::Server gone(io, {}, [](http::Request&) -> Task<http::Response> { co_return http::Response{}; });
      address = gone.Listen("127.0.0.1:0");
    }
    http::Client client(io, "http://" + address);
    Sandbox provider(client, "sk_test");
    EXPECT_EQ(Kind(co_await provider.Authorize(ACharge(), Soon())), "not_done");
    EXPECT_TRUE(std::holds_alternative<Unknown>(co_await provider.Find({}, Soon())));
  });
}

}  // namespace
}  // namespace market::payment::provider
