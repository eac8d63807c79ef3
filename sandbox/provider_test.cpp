#include "sandbox/provider.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <exception>

#include "migrations/sandbox.hpp"
#include "platform/core/id.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "platform/runtime/task_group.hpp"
#include "platform/testing/run_loop.hpp"
#include "platform/testing/temporary_database.hpp"
#include "sandbox/http_api.hpp"

namespace market::sandbox {
namespace {

using namespace std::chrono_literals;
using boost::json::object;
using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

testing::TemporaryDatabase& Disk() {
  static testing::TemporaryDatabase disk(std::array{&migrations::kSandbox});
  return disk;
}

void Unexpected(std::string_view task, std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    ADD_FAILURE() << task << ": " << caught.what();
  }
}

// The provider as its callers have it: an HTTP server on a free port.
struct Shop {
  Shop(boost::asio::io_context& io, Options options)
      : database(io, {.conninfo = Disk().Conninfo(), .pool_wait = 5s}),
        provider(database, options),
        server(io, {}, HttpApi(provider, tracer, "sk_test")),
        client(io, "http://" + server.Listen("127.0.0.1:0")) {}

  Task<http::Response> Post(std::string target, std::string key, object body,
                            std::string api_key = "sk_test") {
    http::Request request{.method = "POST",
                          .target = std::move(target),
                          .headers = {{"Authorization", "Bearer " + api_key}, {"Idempotency-Key", key}},
                          .body = boost::json::serialize(body),
                          .peer = {}};
    co_return co_await client.Send(std::move(request), Soon());
  }
  Task<object> Get(std::string target) {
    http::Request request{.method = "GET",
                          .target = std::move(target),
                          .headers = {{"Authorization", "Bearer sk_test"}},
                          .body = {},
                          .peer = {}};
    const auto response = co_await client.Send(std::move(request), Soon());
    EXPECT_EQ(response.status, 200) << response.body;
    co_return boost::json::parse(response.body).as_object();
  }
  Task<http::Response> Authorize(std::string key, std::string reference, std::string method,
                                 int amount = 1000) {
    return Post(
        "/v1/authorizations", std::move(key),
        {{"amount", amount}, {"currency", "EUR"}, {"payment_method", method}, {"reference", reference}});
  }

  postgres::Database database;
  telemetry::Tracer tracer;
  Provider provider;
  http::Server server;
  http::Client client;
};

template <class Body>
void WithShop(Body body, Options options = {}) {
  RunLoop([&](boost::asio::io_context& io) -> Task<> {
    Shop shop(io, options);
    co_await shop.database.Open(Soon());
    std::exception_ptr failure;
    try {
      co_await body(shop);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await shop.server.Drain(Soon());
    co_await shop.database.Close(Soon());
    if (failure) std::rethrow_exception(failure);
  });
}

std::string NewKey() { return Uuid::NewV7().ToString(); }
std::string IdIn(const http::Response& response) {
  return std::string(boost::json::parse(response.body).as_object().at("id").as_string());
}
std::string CodeIn(const http::Response& response) {
  const auto body = boost::json::parse(response.body).as_object();
  return std::string(body.at("error").as_object().at("code").as_string());
}

TEST(Sandbox_Authorize, IsDoneOnceAKey) {
  WithShop([](Shop& shop) -> Task<> {
    const auto key = NewKey();
    const auto reference = NewKey();
    const auto first = co_await shop.Authorize(key, reference, "pm_card_visa");
    const auto again = co_await shop.Authorize(key, reference, "pm_card_visa");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(again.body, first.body);
    const auto other = co_await shop.Authorize(key, reference, "pm_card_visa", 999);
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(CodeIn(other), "key_reused");
    const auto found = co_await shop.Get("/v1/authorizations?reference=" + reference);
    EXPECT_EQ(found.at("authorizations").as_array().size(), 1u);
    EXPECT_EQ(found.at("authorizations").at(0).at("idempotency_key").as_string(), key);
    EXPECT_EQ((co_await shop.Get("/v1/authorizations/" + IdIn(first))).at("status").as_string(),
              "authorized");
  });
}

TEST(Sandbox_Authorize, TwinsAtOnceAreOne) {
  WithShop([](Shop& shop) -> Task<> {
    const auto key = NewKey();
    const auto reference = NewKey();
    runtime::TaskGroup twins(co_await boost::asio::this_coro::executor, Unexpected);
    std::vector<std::string> bodies;
    auto run = [&]() -> Task<> {
      const auto answer = co_await shop.Authorize(key, reference, "pm_card_visa");
      EXPECT_EQ(answer.status, 200) << answer.body;
      bodies.push_back(answer.body);
    };
    for (int i = 0; i < 8; ++i) twins.Spawn("twin", run());
    co_await twins.Join(Soon());
    EXPECT_EQ(bodies.size(), 8u);
    for (const auto& body : bodies) EXPECT_EQ(body, bodies[0]);
    const auto found = co_await shop.Get("/v1/authorizations?reference=" + reference);
    EXPECT_EQ(found.at("authorizations").as_array().size(), 1u);
  });
}

TEST(Sandbox_Authorize, DeclinesAndRefuses) {
  WithShop([](Shop& shop) -> Task<> {
    const auto reference = NewKey();
    const auto declined = co_await shop.Authorize(NewKey(), reference, "pm_card_visa_chargeDeclined");
    EXPECT_EQ(declined.status, 402);
    EXPECT_EQ(boost::json::parse(declined.body).at("error").at("decline_code").as_string(),
              "generic_decline");
    const auto poor =
        co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa_chargeDeclinedInsufficientFunds");
    EXPECT_EQ(boost::json::parse(poor.body).at("error").at("decline_code").as_string(), "insufficient_funds");
    const auto found = co_await shop.Get("/v1/authorizations?reference=" + reference);
    EXPECT_EQ(found.at("authorizations").at(0).at("status").as_string(), "declined");

    const auto unknown = co_await shop.Authorize(NewKey(), NewKey(), "pm_nobody_has");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(CodeIn(unknown), "payment_method_unknown");
    EXPECT_EQ((co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa", 0)).status, 400);
    EXPECT_EQ((co_await shop.Authorize("", NewKey(), "pm_card_visa")).status, 400);
    EXPECT_EQ((co_await shop.Post("/v1/authorizations", NewKey(), {}, "sk_wrong")).status, 401);
    EXPECT_EQ((co_await shop.Post("/v1/nothing", NewKey(), {})).status, 404);
  });
}

TEST(Sandbox_Errors, AreKeptUnderTheirKeys) {
  WithShop([](Shop& shop) -> Task<> {
    const auto reference = NewKey();
    const std::array keys = {NewKey(), NewKey(), NewKey()};
    for (int i = 0; i < 2; ++i) {
      for (int repeat = 0; repeat < 2; ++repeat) {
        const auto answer = co_await shop.Authorize(keys[static_cast<std::size_t>(i)], reference,
                                                    "pm_sandbox_error_then_authorized");
        EXPECT_EQ(answer.status, 500);
      }
    }
    EXPECT_EQ((co_await shop.Authorize(keys[2], reference, "pm_sandbox_error_then_authorized")).status, 200);
    EXPECT_EQ((co_await shop.Authorize(keys[0], reference, "pm_sandbox_error_then_authorized")).status, 500);
  });
}

TEST(Sandbox_Timeouts, AreDoneBeforeTheyAreAnswered) {
  WithShop(
      [](Shop& shop) -> Task<> {
        const auto key = NewKey();
        const auto reference = NewKey();
        runtime::TaskGroup late(co_await boost::asio::this_coro::executor, Unexpected);
        int status = 0;
        auto run = [&]() -> Task<> {
          status = (co_await shop.Authorize(key, reference, "pm_sandbox_timeout_declined")).status;
        };
        late.Spawn("late", run());
        object found;
        while (found.empty() || found.at("authorizations").as_array().empty()) {
          found = co_await shop.Get("/v1/authorizations?reference=" + reference);
        }
        EXPECT_EQ(found.at("authorizations").at(0).at("status").as_string(), "declined");
        EXPECT_EQ(status, 0);
        EXPECT_EQ((co_await shop.Authorize(key, reference, "pm_sandbox_timeout_declined")).status, 409);
        co_await late.Join(Soon());
        EXPECT_EQ(status, 402);
      },
      {.timeout_hold = 500ms});
}

TEST(Sandbox_Money, NeverExceedsWhatWasAuthorizedOrCaptured) {
  WithShop([](Shop& shop) -> Task<> {
    const auto reference = NewKey();
    const auto id = IdIn(co_await shop.Authorize(NewKey(), reference, "pm_card_visa"));
    const std::string at = "/v1/authorizations/" + id;
    EXPECT_EQ((co_await shop.Post(at + "/refunds", NewKey(), {{"amount", 1}, {"reference", "r"}})).status,
              400);
    EXPECT_EQ((co_await shop.Post(at + "/capture", NewKey(), {{"amount", 1001}})).status, 400);
    const auto key = NewKey();
    for (int repeat = 0; repeat < 2; ++repeat) {
      EXPECT_EQ((co_await shop.Post(at + "/capture", key, {{"amount", 1000}})).status, 200);
    }
    EXPECT_EQ((co_await shop.Post(at + "/capture", NewKey(), {{"amount", 1000}})).status, 400);
    EXPECT_EQ((co_await shop.Post(at + "/void", NewKey(), {})).status, 400);
    EXPECT_EQ((co_await shop.Post(at + "/refunds", NewKey(), {{"amount", 600}, {"reference", "a"}})).status,
              200);
    EXPECT_EQ((co_await shop.Post(at + "/refunds", NewKey(), {{"amount", 401}, {"reference", "b"}})).status,
              400);

    const auto found = co_await shop.Get("/v1/authorizations?reference=" + reference);
    EXPECT_EQ(found.at("refunds").as_array().size(), 1u);
    EXPECT_EQ(found.at("refunds").at(0).at("reference").as_string(), "a");
    std::int64_t captured = 0;
    std::int64_t refunded = 0;
    const auto movements = co_await shop.Get("/v1/transactions?after=0");
    for (const auto& movement : movements.at("transactions").as_array()) {
      if (movement.at("authorization_id").as_string() != id) continue;
      (movement.at("kind").as_string() == "capture" ? captured : refunded) +=
          movement.at("amount").as_int64();
    }
    EXPECT_EQ(captured, 1000);
    EXPECT_EQ(refunded, 600);
  });
}

TEST(Sandbox_Void, EndsAnAuthorizationThatIsNotCaptured) {
  WithShop([](Shop& shop) -> Task<> {
    const auto id = IdIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa"));
    const std::string at = "/v1/authorizations/" + id;
    for (int repeat = 0; repeat < 2; ++repeat)
      EXPECT_EQ((co_await shop.Post(at + "/void", NewKey(), {})).status, 200);
    EXPECT_EQ((co_await shop.Post(at + "/capture", NewKey(), {{"amount", 1000}})).status, 400);
    EXPECT_EQ((co_await shop.Post("/v1/authorizations/none/void", NewKey(), {})).status, 404);
  });
}

TEST(Sandbox_List, ShowsWhatWasMadeOrChangedSince) {
  WithShop([](Shop& shop) -> Task<> {
    const auto list = [&](std::string more) {
      return shop.Get("/v1/authorizations?limit=1&changed_since=" + more);
    };
    const auto held = IdIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa"));
    const auto taken = IdIn(co_await shop.Authorize(NewKey(), NewKey(), "pm_card_visa"));
    Disk().Execute("UPDATE card_authorization SET changed_at = '2001-01-01Z'");
    const std::string since = "1000000000";  // 2001-09-09
    EXPECT_TRUE((co_await list(since)).at("authorizations").as_array().empty());
    co_await shop.Post("/v1/authorizations/" + held + "/void", NewKey(), {});
    co_await shop.Post("/v1/authorizations/" + taken + "/capture", NewKey(), {{"amount", 1000}});
    co_await shop.Post("/v1/authorizations/" + taken + "/refunds", NewKey(),
                       {{"amount", 7}, {"reference", "s1"}});

    const auto first = co_await list(since);
    EXPECT_EQ(first.at("authorizations").at(0).at("id").as_string(), held);
    EXPECT_TRUE(first.at("has_more").as_bool());
    const auto second = co_await list(since + "&starting_after=" + held);
    EXPECT_EQ(second.at("authorizations").at(0).at("status").as_string(), "captured");
    EXPECT_EQ(second.at("authorizations").at(0).at("refunds").at(0).at("reference").as_string(), "s1");
    EXPECT_FALSE(second.at("has_more").as_bool());
  });
}

}  // namespace
}  // namespace market::sandbox
