// For tests of the sandbox: the provider as its callers have it, an HTTP server on a free port over a
// database of its own.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
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
#include "sandbox/objects.hpp"

namespace market::sandbox {

using namespace std::chrono_literals;
using boost::json::object;
using testing::Eventually;
using testing::RunLoop;
using testing::Soon;

inline testing::TemporaryDatabase& Disk() {
  static testing::TemporaryDatabase disk(std::array{&migrations::kSandbox});
  return disk;
}

inline void Unexpected(std::string_view task, std::exception_ptr error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    ADD_FAILURE() << task << ": " << caught.what();
  }
}

// The provider as its callers have it: an HTTP server on a free port.
struct Shop {
  Shop(boost::asio::io_context& io, Options options)
      : io_(io),
        database(io, {.conninfo = Disk().Conninfo(), .pool_wait = 5s}),
        provider(database, options),
        server(io, {}, HttpApi(provider, tracer, "sk_test")),
        client(io, "http://" + server.Listen("127.0.0.1:0")) {}

  Task<http::Response> Post(std::string target, std::string key, std::string form,
                            http::Headers more = {{"Authorization", "Bearer sk_test"}}) {
    http::Request request{
        .method = "POST", .target = std::move(target), .headers = more, .body = std::move(form), .peer = {}};
    if (!key.empty()) request.headers.Add("Idempotency-Key", key);
    request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    co_return co_await client.Send(std::move(request), Soon());
  }
  Task<http::Response> Send(std::string method, std::string target) {
    http::Request request{.method = std::move(method),
                          .target = std::move(target),
                          .headers = {{"Authorization", "Bearer sk_test"}},
                          .body = {},
                          .peer = {}};
    co_return co_await client.Send(std::move(request), Soon());
  }
  Task<object> Get(std::string target) {
    const auto response = co_await Send("GET", std::move(target));
    EXPECT_EQ(response.status, 200) << response.body;
    co_return boost::json::parse(response.body).as_object();
  }
  Task<http::Response> Authorize(std::string key, std::string reference, std::string method,
                                 int amount = 1000, std::string more = "&capture_method=manual") {
    return Post("/v1/payment_intents", std::move(key),
                "amount=" + std::to_string(amount) + "&currency=eur&confirm=true&payment_method=" + method +
                    "&transfer_group=" + reference + "&metadata[reference]=" + reference + more);
  }
  Task<boost::json::array> Charges(std::string reference) {
    co_return (co_await Get("/v1/charges?transfer_group=" + reference)).at("data").as_array();
  }

  boost::asio::io_context& Io() { return io_; }

  boost::asio::io_context& io_;
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

inline std::string NewKey() { return Uuid::NewV7().ToString(); }
inline object In(const http::Response& response) { return boost::json::parse(response.body).as_object(); }
inline std::string IdIn(const http::Response& response) {
  return std::string(In(response).at("id").as_string());
}
inline object ErrorIn(const http::Response& response) { return In(response).at("error").as_object(); }
inline std::string CodeIn(const http::Response& response) {
  const auto error = ErrorIn(response);
  return error.contains("code") ? std::string(error.at("code").as_string()) : "";
}
inline std::string TypeIn(const http::Response& response) {
  return std::string(ErrorIn(response).at("type").as_string());
}
inline std::string At(const std::string& id, const std::string& verb) {
  return "/v1/payment_intents/" + id + '/' + verb;
}

}  // namespace market::sandbox
