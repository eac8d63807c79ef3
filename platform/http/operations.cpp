#include "platform/http/operations.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "platform/telemetry/metrics.hpp"

namespace market::http {
namespace {

Response Text(int status, std::string_view type, std::string body) {
  return {status, {{"Content-Type", type}, {"Cache-Control", "no-store"}}, std::move(body)};
}

}  // namespace

Handler OperationsHandler(const telemetry::Metrics& metrics, std::function<Readiness()> readiness) {
  return [&metrics, readiness = std::move(readiness)](Request& request) -> Task<Response> {
    constexpr std::string_view kPlain = "text/plain; charset=utf-8";
    const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
    if (path != "/metrics" && path != "/healthz" && path != "/readyz")
      co_return Text(404, kPlain, "not found\n");
    if (request.method != "GET" && request.method != "HEAD") {
      Response refused = Text(405, kPlain, "method not allowed\n");
      refused.headers.Add("Allow", "GET, HEAD");
      co_return refused;
    }
    if (path == "/metrics") {
      const auto format = telemetry::FormatFor(request.headers.Get("Accept"));
      co_return Text(200, telemetry::ContentType(format), metrics.Exposition(format));
    }
    if (path == "/healthz") co_return Text(200, kPlain, "ok\n");
    const auto now = readiness();
    co_return now.ready ? Text(200, kPlain, "ok\n" + now.notes)
                        : Text(503, kPlain, "not ready\n" + now.notes);
  };
}

}  // namespace market::http
