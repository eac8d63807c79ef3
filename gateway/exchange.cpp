#include "gateway/exchange.hpp"

#include "platform/telemetry/log.hpp"

namespace market::gateway {

void Describe(Exchange& exchange, const http::Response& response) {
  auto& span = exchange.span;
  if (!span.Recording()) return;
  if (exchange.route != nullptr) {
    span.Rename(exchange.route->operation.SpanName());
    span.Set("http.route", std::string_view(exchange.route->operation.Route()));
  } else if (exchange.page) {
    span.Rename("GET " + std::string(exchange.page->found.route));
    span.Set("http.route", exchange.page->found.route);
  }
  span.Set("http.request.method", exchange.request.method);
  span.Set("url.scheme", "https");
  span.Set("url.path", std::string(exchange.path));
  span.Set("http.response.status_code", response.status);
  if (!exchange.kept.empty()) span.Set("market.cache", exchange.kept);
  if (response.status >= 500) span.Fail("status " + std::to_string(response.status));
}

void WriteAccess(const Exchange& exchange, const http::Response& response,
                 std::chrono::nanoseconds duration) {
  telemetry::log::Info(
      "http.request",
      {{"method", exchange.request.method},
       {"route", exchange.RouteName()},
       {"path", exchange.path},
       {"status", response.status},
       {"duration_us", std::chrono::duration_cast<std::chrono::microseconds>(duration).count()},
       {"request_bytes", exchange.request.body.size() + exchange.file_bytes},
       {"response_bytes", response.body.size()},
       {"cache", exchange.kept},
       {"peer", exchange.request.peer},
       {"request_id", exchange.request_id}},
      &exchange.span.Context());
}

}  // namespace market::gateway
