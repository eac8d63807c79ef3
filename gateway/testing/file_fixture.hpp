// For the tests of files that come in and go out: a gateway over the probe's methods (proto/marketplace/probe/v1).
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/testing/gateway_fixture.hpp"
#include "marketplace/probe/v1/probe.market.hpp"
#include "platform/http/server.hpp"

namespace market::gateway {

inline std::vector<const rpc::Method*> FileMethods() {
  auto methods = AllMethods();
  for (const rpc::Method& method : api::ProbeMethods().Methods()) methods.push_back(&method);
  for (const rpc::Method& method : api::FileProbeMethods().Methods()) methods.push_back(&method);
  return methods;
}

// A body that comes in these parts, and then ends or breaks off.
class Parts final : public http::BodyReader {
 public:
  explicit Parts(std::deque<std::string> parts, std::optional<http::BodyFailure> then = std::nullopt)
      : parts_(std::move(parts)), then_(then) {}
  // Of `size` bytes each.
  Parts(const std::string& body, std::size_t size) {
    for (std::size_t at = 0; at < body.size(); at += size) parts_.push_back(body.substr(at, size));
  }

  Task<std::string> Next() override {
    ++asked;
    if (before_next) co_await before_next();
    if (parts_.empty() && then_) throw *then_;
    if (parts_.empty()) co_return "";
    auto part = std::move(parts_.front());
    parts_.pop_front();
    co_return part;
  }

  int asked = 0;
  std::function<Task<>()> before_next;

 private:
  std::deque<std::string> parts_;
  std::optional<http::BodyFailure> then_;
};

class FileTest : public GatewayTest {
 protected:
  static GatewayOptions Few() {
    auto options = Quiet();
    options.in_flight_max = 1;
    options.uploads_max = 1;
    options.downloads_max = 1;
    return options;
  }
  Task<http::Response> Ask(std::string method, std::string target, http::Headers headers = {},
                           http::BodyReader* body = nullptr) {
    http::Request request{std::move(method), std::move(target), std::move(headers), "", "127.0.0.1:1", body};
    co_return co_await files_.Handle(request);
  }
  http::Response AskNow(std::string method, std::string target, http::Headers headers = {},
                        http::BodyReader* body = nullptr) {
    return testing::RunLoop([&] { return Ask(method, target, headers, body); });
  }
  double Shown(const std::string& gauge) {
    const auto text = file_metrics_.Exposition();
    const auto at = text.find("\n" + gauge + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + gauge.size() + 2));
  }

  telemetry::Metrics file_metrics_;
  Gateway files_{Few(), backend_, FileMethods(), file_metrics_, tracer_};
};

}  // namespace market::gateway
