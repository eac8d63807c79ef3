// For the tests of this room: a gateway over a backend that answers as the test says, asked without a socket.
#pragma once
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <utility>

#include "gateway/testing/fake_backend.hpp"
#include "platform/core/error.hpp"
#include "platform/telemetry/metrics.hpp"
#include "platform/telemetry/tracer.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::gateway {

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
    backend_.answer = [response](const rpc::Method&, CallContext&, const google::protobuf::Message&,
                                 google::protobuf::Message& out) -> Task<> {
      out.CopyFrom(response);
      co_return;
    };
  }
  void FailWith(Error error) {
    backend_.answer = [error](const rpc::Method&, CallContext&, const google::protobuf::Message&,
                              google::protobuf::Message&) -> Task<> {
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

}  // namespace market::gateway
